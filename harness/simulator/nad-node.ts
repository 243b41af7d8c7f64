import {switchRestarted} from '#harness/role-plan.ts';
import {CarriedRole} from '#harness/simulator/carried-role.ts';
import {serveLeases} from '#harness/simulator/dhcp.ts';
import {serveNames} from '#harness/simulator/dns.ts';
import {Forwarding} from '#harness/simulator/forwarding.ts';
import {HostStack} from '#harness/simulator/host-stack.ts';
import {VirtualHttpServer} from '#harness/simulator/http-server.ts';
import {Random} from '#harness/simulator/random.ts';
import {ScriptedAuthenticator, type ScriptedSupplicant} from '#harness/simulator/scripted-authenticator.ts';
import type {Payload} from '#harness/simulator/segment.ts';
import type {NodeSurroundings, SimulatedNode} from '#harness/simulator/simulated-node.ts';
import type {ShellCommand} from '#images/nad/commands.ts';
import type {NadNodeSettings} from '#images/nad/settings.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import type {LabEventBody} from '#protocol/event.ts';
import {Cli} from '#protocol/nad/cli/cli.ts';
import type {NadCommand, NadEffect, NadInput} from '#protocol/nad/contract.ts';
import {Nad} from '#protocol/nad/nad.ts';
import type {CommonEffect, Endpoint} from '#protocol/role.ts';

type OwnEffect = Exclude<NadEffect, CommonEffect<LabEventBody>>;
type NodeCommand = NadCommand | ShellCommand;
type SendDatagram = (to: Endpoint, bytes: Uint8Array) => void;

/** From handing a transaction to the packet filter until it is in force and read back. */
const commitMs = 1;
/** The same host is not told again within this time (images/nad/arp-watch.ts); real milliseconds. */
const quietMs = 20;

/** What the node tells the lab besides events. */
export interface NadWitness {
  /** Something else is in force from now on. */
  forwardingChanged(): void;
  setPort(port: string, isUp: boolean): void;
  supplicantOf(host: {port: string; mac: string}): ScriptedSupplicant | undefined;
}

/** The switch: images/nad/main.ts in virtual time, with `verdict()` for a packet filter. */
export class NadNode implements SimulatedNode {
  readonly #surroundings: NodeSurroundings;
  readonly #settings: NadNodeSettings;
  readonly #witness: NadWitness;
  readonly #stack: HostStack;
  readonly #lastSeenMs = new Map<string, number>();
  #forwarding: Forwarding;
  #boots = 0;
  #nad: Nad | undefined;
  #carried: CarriedRole<NadInput, NadEffect> | undefined;
  #cli = new Cli();
  #radius: SendDatagram = () => {};
  #coa: SendDatagram = () => {};
  #authenticator: ScriptedAuthenticator | undefined;
  #http: VirtualHttpServer | undefined;
  isGuarded = false;

  constructor(surroundings: NodeSurroundings, settings: NadNodeSettings, witness: NadWitness) {
    const {node, network, timerScale} = surroundings;
    this.#surroundings = surroundings;
    this.#settings = settings;
    this.#witness = witness;
    this.#forwarding = this.#newForwarding();
    this.#stack = new HostStack({node, address: settings.nasAddress, timerScale, network});
    this.#stack.isPowered = false;
  }

  get forwarding(): Forwarding {
    return this.#forwarding;
  }

  boot(setClock: {clockOffsetMs?: number} = {}): void {
    const {simulation, clock, network, outlets, seed, node, sabotage} = this.#surroundings;
    const {coaPort, accessPorts, dot1x} = this.#settings;
    const random = new Random(seed, `${node} ${this.#boots}`);
    this.#boots += 1;
    this.#stack.isPowered = true;
    this.#forwarding = this.#newForwarding();
    const settings = this.#boots === 1 ? this.#settings : switchRestarted(this.#settings, clock.nowMs());
    this.#nad = new Nad({...settings, ...setClock}, count => random.bytes(count));
    const carried = new CarriedRole<NadInput, NadEffect>({
      role: sabotage.nad?.(this.#nad) ?? this.#nad,
      simulation,
      clock,
      outlets,
      perform: effect => this.#perform(effect),
    });
    this.#carried = carried;
    const open = (port: number, localPort: number): SendDatagram =>
      this.#stack.openUdp(port, (from, bytes) => carried.input({kind: 'datagram', localPort, from, bytes}));
    this.#radius = open(0, 0);
    this.#coa = open(coaPort, coaPort);
    if (dot1x !== null) {
      this.#authenticator = new ScriptedAuthenticator({
        simulation,
        secret: dot1x.authenticatorSecret,
        randomBytes: count => random.bytes(count),
        supplicantOf: host => this.#witness.supplicantOf(host),
        onRequest: (from, bytes) => carried.input({kind: 'authenticator-request', from, bytes}),
      });
    }
    serveNames(this.#stack, this.#settings.names, this.#settings.ipv6Names);
    serveLeases(this.#stack, this.#settings.leases);
    this.#http = new VirtualHttpServer({
      stack: this.#stack,
      onRequest: request => carried.input({kind: 'http-request', ...request}),
    });
    for (const {port} of accessPorts) {
      this.#witness.setPort(port, true); // a port that was shut does not outlive the power
      if (network.link(`${node}:${port}`).isUp) carried.input({kind: 'link', port, up: true});
    }
    carried.input({kind: 'start'});
  }

  powerOff(): void {
    this.#carried?.stop();
    this.#carried = undefined;
    this.#stack.reset();
    this.#http?.closeAll();
    this.#stack.isPowered = false;
    this.#forwarding = this.#newForwarding();
    this.isGuarded = false;
    this.#lastSeenMs.clear();
    this.#witness.forwardingChanged();
  }

  pause(): void {
    this.#carried?.pause();
  }

  resume(): void {
    this.#carried?.resume();
  }

  carrier(port: string, isUp: boolean): void {
    if (!isUp) this.#lastSeenMs.clear();
    if (this.#settings.accessPorts.some(access => access.port === port))
      this.#carried?.input({kind: 'link', port, up: isUp});
  }

  /** A host has sent EAPOL-Start. */
  hearsEapolStart(host: {port: string; mac: string}): void {
    this.#authenticator?.startEap(host);
  }

  /** A frame entered an access port. */
  sees(port: string, mac: string, address: string | null): void {
    const key = `${port} ${mac} ${address}`;
    const {nowMs} = this.#surroundings.simulation;
    const quietLabMs = quietMs * this.#surroundings.timerScale;
    if (nowMs - (this.#lastSeenMs.get(key) ?? -quietLabMs) < quietLabMs) return;
    this.#lastSeenMs.set(key, nowMs);
    this.#carried?.input({kind: 'frame', port, mac, address});
  }

  /** Takes what a redirect catches of the packets that enter a port. */
  redirects(port: string, packet: Packet, payload: Payload): boolean {
    if (!this.#forwarding.redirects(port, packet)) return false;
    if (payload.kind === 'tcp') this.#http?.receive(packet, payload.segment);
    return true;
  }

  command(id: string, given: {name: string}): void {
    const command = given as NodeCommand;
    const {outlets} = this.#surroundings;
    if (command.name === 'counters') {
      outlets.reply(id, this.#forwarding.counters());
      return;
    }
    if (command.name === 'hits') {
      outlets.reply(id, this.#forwarding.hits());
      return;
    }
    if (command.name !== 'cli') {
      this.#carried?.input({kind: 'command', id, command});
      return;
    }
    const nowMs = this.#carried?.nowMs() ?? 0;
    const view = this.#nad?.view(nowMs);
    if (view === undefined) {
      outlets.refuse(id, 'the switch has no power');
      return;
    }
    const {lines, orders = []} = this.#cli.execute(command.line, {counts: this.#forwarding.counters(), view, nowMs});
    for (const order of orders) this.#carried?.input({kind: 'command', id: 'console', command: order});
    outlets.reply(id, lines.join('\n'));
  }

  #perform(effect: OwnEffect): void {
    switch (effect.kind) {
      case 'send':
        (effect.localPort === 0 ? this.#radius : this.#coa)(effect.to, effect.bytes);
        return;
      case 'enforce': {
        const carried = this.#carried;
        this.#surroundings.simulation.after(commitMs, () => {
          if (this.#carried === carried) carried?.input(this.#enforce(effect)); // or the power went meanwhile
        });
        return;
      }
      case 'http-respond':
        this.#http?.respond(effect.requestId, effect.response);
        return;
      case 'set-port':
        this.#witness.setPort(effect.port, effect.up);
        return;
      case 'start-eap':
        this.#authenticator?.startEap(effect);
        return;
      case 'answer-authenticator':
        this.#authenticator?.answer(effect.to, effect.bytes);
        return;
      case 'probe-address':
        this.#surroundings.network.askForHost(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  #enforce({transactionId, changes}: OwnEffect & {kind: 'enforce'}): NadInput {
    try {
      const generation = this.#forwarding.apply(this.#surroundings.sabotage.packetFilter?.(changes) ?? changes);
      this.isGuarded = true;
      this.#witness.forwardingChanged();
      return {kind: 'enforced', transactionId, generation};
    } catch (error) {
      return {
        kind: 'enforcement-failed',
        transactionId,
        message: error instanceof Error ? error.message : String(error),
      };
    }
  }

  #newForwarding(): Forwarding {
    return new Forwarding(this.#settings.accessPorts.map(({port}) => port));
  }
}
