/** The switch's container: gives the role sockets, ports, the kernel's packet filter and eyes, and people a console. */
import {randomBytes} from 'node:crypto';
import {type ArpWatch, watchArp} from '#images/nad/arp-watch.ts';
import {type Authenticator, startAuthenticator} from '#images/nad/authenticator.ts';
import {openCliServer} from '#images/nad/cli-server.ts';
import {commandsOf, type ShellCommand} from '#images/nad/commands.ts';
import {startDnsmasq} from '#images/nad/dnsmasq.ts';
import {type Enforcement, openEnforcement} from '#images/nad/enforcement.ts';
import {GuardedPorts} from '#images/nad/guarded-ports.ts';
import {macOf, probeAddress, setPort} from '#images/nad/ports.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import {openSockets} from '#images/nad/sockets.ts';
import {carry} from '#images/shell/carry.ts';
import {labClock} from '#images/shell/clock.ts';
import {type Control, openControl} from '#images/shell/control.ts';
import {setLinks} from '#images/shell/set-links.ts';
import type {LabEventBody} from '#protocol/event.ts';
import type {CliWorld} from '#protocol/nad/cli/command.ts';
import type {NadCommand, NadEffect, NadInput} from '#protocol/nad/contract.ts';
import {Nad} from '#protocol/nad/nad.ts';
import type {CommonEffect} from '#protocol/role.ts';

/** The bridge of the access ports (harness/containers/linker.ts). */
const accessVlan = 'vlan255';

type OwnEffect = Exclude<NadEffect, CommonEffect<LabEventBody>>;

const running = Promise.withResolvers<(id: string, command: NadCommand | ShellCommand) => void>();
const control = await openControl<NadNodeSettings>('nad', (id, command) => {
  running.promise.then(onCommand => onCommand(id, command as NadCommand | ShellCommand));
});
running.resolve(await start(control));
control.begun();

/** Resolves when the ports are guarded and everything listens. */
async function start({
  begin,
  ...control
}: Control<NadNodeSettings>): Promise<(id: string, command: NadCommand | ShellCommand) => void> {
  const {settings} = begin;
  const clock = labClock(begin.clock);
  const nad = new Nad(settings, count => new Uint8Array(randomBytes(count)));
  const fault = (message: string) => control.record({kind: 'fault', message}, clock.nowMs());
  const guarded = Promise.withResolvers<void>();
  const hasIpv6 = settings.ipv6Addresses.length > 0;
  const {nasAddress: address, names, ipv6Names, leases} = settings;
  const advertisesOn = hasIpv6 ? accessVlan : null;
  const dnsmasq = startDnsmasq({address, names, ipv6Names, advertisesOn, leases, onEnd: fault});
  dnsmasq.catch(() => {}); // awaited below

  let authenticator: Authenticator | undefined;
  const enforcement = await openEnforcement({
    onEnd: fault,
    macOf: settings.redirectAcls.length > 0 ? macOf : undefined,
    passesDiscovery: hasIpv6,
  });
  const {radius, coa, http} = await openSockets(settings, input => carried.input(input));

  /** One after the other: a port that is shut and opened at once would else end up as whichever `ip` was slower. */
  let portsSet: Promise<void> = Promise.resolve();
  const carried = carry<NadInput, OwnEffect>({
    role: nad,
    clock,
    control,
    perform(effect) {
      switch (effect.kind) {
        case 'send':
          (effect.localPort === 0 ? radius : coa).send(effect.to, effect.bytes);
          break;
        case 'enforce':
          enforce(enforcement, effect).then(input => {
            carried.input(input);
            if (input.kind === 'enforced') guarded.resolve();
          });
          break;
        case 'http-respond':
          http?.respond(effect.requestId, effect.response);
          break;
        case 'set-port':
          portsSet = portsSet.then(() => setPort(effect.port, effect.up)).catch((error: Error) => fault(error.message));
          break;
        case 'start-eap': {
          const quietS = Math.ceil(clock.realMs(effect.quietMs) / 1000);
          authenticator?.startEap({...effect, quietS}).catch(() => {}); // the port is gone, and the role will be told
          break;
        }
        case 'answer-authenticator':
          authenticator?.answer(effect.to, effect.bytes);
          break;
        case 'probe-address':
          probeAddress(effect).catch(() => {}); // the port is gone, and the role will be told
          break;
        default:
          effect satisfies never;
      }
    },
  });

  /** What the role is told when every port can be enforced on: it asks for all of them at once. */
  let early: NadInput[] | undefined = [];
  let arp: ArpWatch | undefined;
  const tell = (input: NadInput) => (early === undefined ? carried.input(input) : early.push(input));
  const ports = new GuardedPorts({
    ports: settings.accessPorts.map(({port}) => port),
    enforcement,
    onLink(port, up) {
      if (!up) arp?.forgetHosts();
      tell({kind: 'link', port, up});
    },
    onFault: fault,
  });
  await ports.guarded();
  if (settings.dot1x !== null) {
    authenticator = await startAuthenticator({
      ports: settings.accessPorts.map(({port}) => port),
      nasAddress: settings.nasAddress,
      secret: settings.dot1x.authenticatorSecret,
      onRequest: (from, bytes) => carried.input({kind: 'authenticator-request', from, bytes}),
      onEnd: fault,
    });
  }
  const links = early;
  early = undefined;
  for (const link of links) carried.input(link);
  carried.input({kind: 'start'});
  arp = watchArp({
    hasIpv6,
    onFrame({interfaceIndex, mac, address}) {
      const port = ports.portOf(interfaceIndex);
      if (port !== undefined) carried.input({kind: 'frame', port, mac, address});
    },
    onEnd: fault,
  });
  const world = async (): Promise<CliWorld> => ({
    counts: await enforcement.counters(),
    view: nad.view(clock.nowMs()),
    nowMs: clock.nowMs(),
  });
  const order = (command: NadCommand) => carried.input({kind: 'command', id: 'console', command});
  await Promise.all([guarded.promise, arp.ready, openCliServer({world, order}), dnsmasq]);
  // As on a switch that boots: hosts get their carrier, and ask for their gateway, when somebody looks at what enters.
  await setLinks(
    settings.accessPorts.map(({port}) => port),
    true,
  );

  return commandsOf({enforcement, world, order, control, input: carried.input});
}

async function enforce(
  enforcement: Enforcement,
  {transactionId, changes}: Extract<NadEffect, {kind: 'enforce'}>,
): Promise<NadInput> {
  try {
    return {kind: 'enforced', transactionId, generation: await enforcement.apply(changes)};
  } catch (error) {
    return {kind: 'enforcement-failed', transactionId, message: error instanceof Error ? error.message : String(error)};
  }
}
