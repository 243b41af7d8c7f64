import {familyOf} from '#protocol/dacl/ip-address.ts';
import type {Accounting, TerminateCause} from '#protocol/nad/accounting.ts';
import type {Authorization} from '#protocol/nad/authorization.ts';
import type {CoaOrder} from '#protocol/nad/coa-order.ts';
import type {NadInput} from '#protocol/nad/contract.ts';
import type {DeviceTracking, TrackedAddress} from '#protocol/nad/device-tracking.ts';
import {isHostAddress, isHostMac} from '#protocol/nad/host.ts';
import {hostModeOf, isFull} from '#protocol/nad/host-mode.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {Port, Ports} from '#protocol/nad/ports.ts';
import type {Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';

type Frame = Extract<NadInput, {kind: 'frame'}>;

/** How soon device tracking looks for a host whose session was ended while its link stays up. Ours. */
const lookAgainMs = 1000;

/**
Who is on the access ports: frames make sessions (multi-auth: one for every MAC), links and orders end them.

How a host gets a session again after it was terminated: by its next frame, as on any switch. The switch is shown every ARP,
every TCP connection attempt, every DHCP request and, where it has IPv6, every neighbour discovery that enters a port, so an agent's own
probe is enough. For hosts that have nothing to say, device tracking still knows their addresses: it asks for them by ARP or neighbour
solicitation a second later and then every 30 seconds, and their answer is a frame.
*/
export class Access {
  readonly #context: NadContext;
  readonly #ports: Ports;
  readonly #sessions: Sessions;
  readonly #tracking: DeviceTracking;
  readonly #authorization: Authorization;
  readonly #accounting: Accounting;
  /** Addresses at the step `ipdt`, by host: one of IPv4, any of IPv6. */
  readonly #learning = new Map<string, string>();

  constructor(
    context: NadContext,
    parts: {
      ports: Ports;
      sessions: Sessions;
      tracking: DeviceTracking;
      authorization: Authorization;
      accounting: Accounting;
    },
  ) {
    this.#context = context;
    this.#ports = parts.ports;
    this.#sessions = parts.sessions;
    this.#tracking = parts.tracking;
    this.#authorization = parts.authorization;
    this.#accounting = parts.accounting;
  }

  frame({port, mac, address}: Frame, nowMs: number): void {
    const arrival = this.arrive(port, mac, nowMs);
    if (arrival === undefined) return;
    if (address !== null) this.#see(port, mac, address, nowMs);
    if (arrival.isNew) this.#authorization.begin(arrival.session, nowMs);
  }

  /** The session of a host that is heard on a port; `undefined`: it can have none. */
  arrive(port: string, mac: string, nowMs: number): {session: Session; isNew: boolean} | undefined {
    if (!this.#ports.isUp(port) || !isHostMac(mac)) return undefined;
    const moved = this.#sessions.elsewhere(port, mac);
    if (moved) {
      this.#tracking.forget(moved.port, mac);
      this.end(moved, 'Port-Preempted', nowMs);
    }
    const known = this.#sessions.of(port, mac);
    if (known !== undefined) return {session: known, isNew: false};
    if (isFull(hostModeOf(this.#context.settings, port), this.#sessions.onPort(port).length)) {
      this.violate(port, mac, nowMs);
      return undefined;
    }
    const opened = this.#sessions.open(port, mac, nowMs);
    return opened && {session: opened, isNew: true};
  }

  link(port: string, up: boolean, nowMs: number): void {
    if (!this.#ports.report(port, up)) return;
    this.#context.record({kind: up ? 'link-up' : 'link-down', port});
    if (up) this.#probe(this.#tracking.portUp(port));
    else this.#clear(port, 'Lost-Carrier', nowMs);
  }

  /** The step `ipdt` is behind it. */
  learn({port, mac, address}: {port: string; mac: string; address: string}, nowMs: number): void {
    this.#learning.delete(learningKey(port, mac, address));
    if (!this.#ports.isUp(port)) return;
    this.#tracking.learn(port, mac, address, nowMs);
    this.#context.record({kind: 'address-learnt', port, mac, address});
    this.#context.touch();
    const session = this.#sessions.of(port, mac);
    if (session) this.#accounting.update(session, nowMs);
  }

  /** Does what a CoA or Disconnect request asks for; it was acknowledged already. */
  execute({command, isRerun}: CoaOrder, session: Session, nowMs: number): void {
    const port = this.#ports.find(session.port);
    if (command === 'reauthenticate') this.#authorization.begin(session, nowMs, {fromFirst: isRerun});
    else if (command === 'terminate') this.terminate(session, nowMs);
    else if (port && command === 'bounce-host-port') this.#bounce(port, nowMs);
    else if (port) this.shutDown(port, nowMs);
  }

  /** Ends a session; its link stays. */
  terminate(session: Session, nowMs: number, cause: TerminateCause = 'Admin-Reset'): void {
    this.end(session, cause, nowMs);
    this.#tracking.probeBy(session.port, session.mac, nowMs + lookAgainMs);
  }

  /** `authentication violation shutdown`, the default: the port is of no use to anybody until it is opened again. */
  violate(portName: string, mac: string, nowMs: number): void {
    const port = this.#ports.find(portName);
    if (port === undefined) return;
    this.#context.record({kind: 'security-violation', port: portName, mac});
    this.#ports.errDisable(port);
    this.#takeDown(port, 'Port-Error', nowMs);
  }

  shutDown(port: Port, nowMs: number): void {
    this.#ports.shutDown(port);
    this.#takeDown(port, 'Port-Administratively-Disabled', nowMs);
  }

  open(port: Port): void {
    this.#ports.open(port);
    this.#context.emit({kind: 'set-port', port: port.port, up: true});
  }

  /** Opens bounced ports, probes for hosts, and forgets the lost ones. */
  wake(nowMs: number): void {
    for (const port of this.#ports.bounced(nowMs)) this.open(port);
    const {probe, lost} = this.#tracking.due(nowMs);
    this.#probe(probe);
    if (lost.length > 0) this.#context.touch();
  }

  end(session: Session, cause: TerminateCause, nowMs: number): void {
    this.#authorization.abandon(session);
    this.#accounting.stop(session, cause, nowMs);
    this.#sessions.remove(session);
    const {port, mac, id: sessionId} = session;
    this.#context.record({kind: 'session-ended', port, mac, sessionId, cause});
    this.#context.touch();
  }

  #probe(entries: readonly TrackedAddress[]): void {
    for (const {port, mac, address} of entries) this.#context.emit({kind: 'probe-address', port, mac, address});
  }

  #see(port: string, mac: string, address: string, nowMs: number): void {
    const {nasAddress, ipv6Addresses} = this.#context.settings;
    if (!isHostAddress(address) || address === nasAddress || ipv6Addresses.includes(address)) return;
    if (this.#tracking.knows(port, mac, address)) {
      this.#tracking.refresh(port, mac, address, nowMs);
      return;
    }
    const key = learningKey(port, mac, address);
    if (this.#learning.get(key) === address) return;
    this.#forgetLearning(action => learningKey(action.port, action.mac, action.address) === key);
    this.#learning.set(key, address);
    this.#context.steps.enter('ipdt', {kind: 'learn-address', port, mac, address}, nowMs);
  }

  #bounce(port: Port, nowMs: number): void {
    this.#ports.bounce(port, nowMs);
    this.#takeDown(port, 'Port-Reinitialized', nowMs);
  }

  #takeDown(port: Port, cause: TerminateCause, nowMs: number): void {
    this.#context.emit({kind: 'set-port', port: port.port, up: false});
    if (this.#ports.report(port.port, false)) this.#context.record({kind: 'link-down', port: port.port});
    this.#clear(port.port, cause, nowMs);
  }

  #clear(port: string, cause: TerminateCause, nowMs: number): void {
    for (const session of this.#sessions.onPort(port)) this.end(session, cause, nowMs);
    this.#tracking.portDown(port);
    this.#forgetLearning(action => action.port === port);
  }

  #forgetLearning(matches: (learnt: {port: string; mac: string; address: string}) => boolean): void {
    this.#context.steps.drop(action => action.kind === 'learn-address' && matches(action));
    for (const [key, address] of this.#learning) {
      const [port = '', mac = ''] = key.split(' ');
      if (matches({port, mac, address})) this.#learning.delete(key);
    }
  }
}

/** A host has one IPv4 address, so a newer one takes the place of one that is about to be learnt. */
function learningKey(port: string, mac: string, address: string): string {
  return `${port} ${mac} ${familyOf(address) === 'ipv4' ? 'ipv4' : address}`;
}
