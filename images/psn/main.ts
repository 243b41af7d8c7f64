/** A policy node in its container: gives the pure role its sockets, its disk and real time. */
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import process from 'node:process';
import {PsnDatabase} from '#images/psn/database.ts';
import {type EapServer, startEapServer} from '#images/psn/eap-server.ts';
import {type Listeners, openListeners} from '#images/psn/listeners.ts';
import {PeerCalls} from '#images/psn/peer-calls.ts';
import type {PsnNodeSettings} from '#images/psn/settings.ts';
import {type Carried, carry} from '#images/shell/carry.ts';
import {labClock} from '#images/shell/clock.ts';
import {openControl} from '#images/shell/control.ts';
import type {PsnCommand, PsnEffect, PsnInput} from '#protocol/psn/contract.ts';
import {Psn} from '#protocol/psn/psn.ts';
import type {CommonEffect} from '#protocol/role.ts';

const databasePath = '/var/lib/posturelab/psn.db';

await run();
process.exit(0);

/** Until the container is stopped. */
async function run(): Promise<void> {
  const control = await openControl<PsnNodeSettings>('psn', (id, command) =>
    carried.input({kind: 'command', id, command: command as PsnCommand}),
  );
  const {tls, hosts, ipv6Address, ...settings} = control.begin.settings;
  const clock = labClock(control.begin.clock);
  await using opened = new AsyncDisposableStack();
  const database = opened.use(new PsnDatabase(databasePath));
  const tellFailure = (error: unknown) =>
    control.record({kind: 'fault', message: `${databasePath} could not be written: ${error}`}, clock.nowMs());
  let listeners: Listeners | undefined;

  let eapServer: EapServer | undefined;

  const perform = (effect: Exclude<PsnEffect, CommonEffect<unknown>>) => {
    switch (effect.kind) {
      case 'send':
        return listeners?.send(effect.localPort, effect.to, effect.bytes);
      case 'ask-eap-server':
        return eapServer?.ask(effect.bytes);
      case 'https-respond':
        return listeners?.respond(effect.requestId, effect.response);
      case 'https-call':
        return peerCalls.call(effect);
      case 'persist':
        return database.saveSoon(effect.state, tellFailure);
    }
  };
  const role = new Psn({...settings, persisted: database.state}, count => new Uint8Array(randomBytes(count)));
  const carried: Carried<PsnInput> = carry({role, clock, control, perform});
  opened.defer(() => carried.stop());
  const peerCalls = opened.use(new PeerCalls({clock, hosts, identity: tls, onEnd: carried.input}));
  if (settings.eapServer !== null) {
    const onDatagram = (bytes: Uint8Array) => carried.input({kind: 'eap-server-datagram', bytes});
    const onEnd = (message: string) => control.record({kind: 'fault', message}, clock.nowMs());
    eapServer = opened.use(await startEapServer({eapServer: settings.eapServer, tls, onDatagram, onEnd}));
  }
  listeners = opened.use(await openListeners({...settings, ipv6Address, tls}, carried.input));

  carried.input({kind: 'start'});
  control.begun();
  await once(process, 'SIGTERM');
}
