import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {freeradiusSettings, usersFile} from '#images/psn/freeradius-settings.ts';
import type {PsnNodeSettings} from '#images/psn/settings.ts';
import {startTool} from '#images/shell/tool.ts';
import {openUdp} from '#images/shell/udp.ts';

const folder = '/var/lib/posturelab/freeradius';
const loopback = '127.0.0.1';

/** FreeRADIUS on loopback, which ends EAP and decides nothing else. */
export interface EapServer extends Disposable {
  ask(bytes: Uint8Array): void;
}

/** What is asked before it takes requests waits until it does. `onEnd` is told when it ends, with what it said. */
export async function startEapServer({
  eapServer: {port, secret, users},
  tls: {ca, cert, key},
  onDatagram,
  onEnd,
}: {
  eapServer: NonNullable<PsnNodeSettings['eapServer']>;
  tls: PsnNodeSettings['tls'];
  onDatagram: (bytes: Uint8Array) => void;
  onEnd: (how: string) => void;
}): Promise<EapServer> {
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const files = {
    'radiusd.conf': freeradiusSettings({folder, address: loopback, port, secret}),
    users: usersFile(users),
    'ca.pem': ca,
    'server.pem': cert,
    'server.key': key,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, {mode: 0o600});
  const listening = Promise.withResolvers<void>();
  let said = '';
  const freeradius = startTool('freeradius', ['-f', '-l', 'stdout', '-n', 'radiusd', '-d', folder], {
    onLine(line) {
      said = `${said}${line}\n`.slice(-2000);
      if (line.includes('Ready to process requests')) listening.resolve();
    },
    onEnd: how => onEnd(`${how}\n${said}`),
  });
  const socket = await openUdp({address: loopback, port: 0, onDatagram: (_, bytes) => onDatagram(bytes)});
  return {
    ask: bytes => void listening.promise.then(() => socket.send({address: loopback, port}, bytes)),
    [Symbol.dispose]() {
      freeradius[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}
