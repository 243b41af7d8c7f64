import type {PsnPlan} from '#harness/role-plan.ts';
import {CarriedRole} from '#harness/simulator/carried-role.ts';
import {resolveFrom} from '#harness/simulator/dns.ts';
import {HostStack} from '#harness/simulator/host-stack.ts';
import {VirtualHttpsClient} from '#harness/simulator/https-client.ts';
import {VirtualHttpsListeners} from '#harness/simulator/https-listeners.ts';
import {Random} from '#harness/simulator/random.ts';
import {ScriptedEapServer} from '#harness/simulator/scripted-eap.ts';
import type {NodeSurroundings, SimulatedNode} from '#harness/simulator/simulated-node.ts';
import type {HttpOutcome} from '#images/shell/http-client.ts';
import type {HttpsOutcome} from '#images/shell/https-client.ts';
import type {PersistentState, PsnCommand, PsnEffect, PsnInput} from '#protocol/psn/contract.ts';
import {httpsPortsOf, isForNodes, udpPortsOf} from '#protocol/psn/portals.ts';
import {Psn} from '#protocol/psn/psn.ts';
import type {CommonEffect, Endpoint} from '#protocol/role.ts';

type Call = PsnEffect & {kind: 'https-call'};

/** As harness/certificates.ts issues them. */
const certificatePeriod = {fromMs: -3_600_000, toMs: 365 * 86_400_000};

/** What the EAP server takes for an answer. Ours. */
const eapServerMs = 1;

/** A policy node: images/psn/main.ts in virtual time. What it persists outlives its power. */
export class PsnNode implements SimulatedNode {
  readonly #surroundings: NodeSurroundings;
  readonly #settings: PsnPlan;
  readonly #hosts: Record<string, string>;
  readonly #names: string[];
  readonly #isTrusted: boolean;
  readonly #stack: HostStack;
  #eapServer: ScriptedEapServer | undefined;
  readonly #sockets = new Map<number, (to: Endpoint, bytes: Uint8Array) => void>();
  readonly #calls = new Map<string, Call>();
  #boots = 0;
  #persisted: PersistentState | null = null;
  #carried: CarriedRole<PsnInput, PsnEffect> | undefined;
  #listeners: VirtualHttpsListeners | undefined;
  #client: VirtualHttpsClient | undefined;

  /** `names`: those in its certificate. `isTrusted`: that comes from the authority that everybody in the lab trusts. */
  constructor(
    surroundings: NodeSurroundings,
    settings: PsnPlan,
    {hosts, names, isTrusted}: {hosts: Record<string, string>; names: string[]; isTrusted: boolean},
  ) {
    const {node, network, timerScale} = surroundings;
    this.#surroundings = surroundings;
    this.#settings = settings;
    this.#hosts = hosts;
    this.#names = names;
    this.#isTrusted = isTrusted;
    const {address, ipv6Address} = settings;
    this.#stack = new HostStack({node, address, ipv6Address, timerScale, network});
    this.#stack.isPowered = false;
  }

  /** Whether somebody who gets through to this port finds it open. */
  isListeningOn(port: number): boolean {
    return this.#stack.isPowered && (this.#listeners?.listensOn(port) ?? false);
  }

  boot(setClock: {clockOffsetMs?: number} = {}): void {
    const {simulation, clock, outlets, seed, node, sabotage} = this.#surroundings;
    const random = new Random(seed, `${node} ${this.#boots}`);
    this.#boots += 1;
    this.#stack.isPowered = true;
    const {eapServer} = this.#settings;
    this.#eapServer = eapServer === null ? undefined : new ScriptedEapServer(eapServer, this.#isTrusted);
    const {ipv6Address: _, ...roleSettings} = this.#settings;
    const role = new Psn({...roleSettings, ...setClock, persisted: this.#persisted}, count => random.bytes(count));
    const carried = new CarriedRole<PsnInput, PsnEffect>({
      role: sabotage.psn?.(role) ?? role,
      simulation,
      clock,
      outlets,
      perform: effect => this.#perform(effect),
    });
    this.#carried = carried;
    this.#openSockets(carried);
    carried.input({kind: 'start'});
  }

  powerOff(): void {
    this.#carried?.stop();
    this.#carried = undefined;
    this.#client?.abandonAll();
    this.#listeners?.closeAll();
    this.#calls.clear();
    this.#stack.reset();
    this.#stack.isPowered = false;
  }

  pause(): void {
    this.#carried?.pause();
    this.#stack.pause();
  }

  resume(): void {
    this.#carried?.resume();
    this.#stack.resume();
  }

  carrier(): void {}

  command(id: string, command: {name: string}): void {
    this.#carried?.input({kind: 'command', id, command: command as PsnCommand});
  }

  #openSockets(carried: CarriedRole<PsnInput, PsnEffect>): void {
    const {simulation} = this.#surroundings;
    const {ports} = this.#settings;
    for (const localPort of udpPortsOf(ports)) {
      const onDatagram = (from: Endpoint, bytes: Uint8Array) =>
        carried.input({kind: 'datagram', localPort, from, bytes});
      this.#sockets.set(localPort, this.#stack.openUdp(localPort, onDatagram));
    }
    this.#listeners = new VirtualHttpsListeners({
      simulation,
      stack: this.#stack,
      certificate: {
        names: this.#names,
        isTrusted: this.#isTrusted,
        ...certificatePeriod,
      },
      ports: new Map(
        httpsPortsOf(this.#settings).map(port => [port, {requireClientCertificate: isForNodes(port, ports)}]),
      ),
      onRequest: request => carried.input({kind: 'https-request', ...request}),
    });
    this.#client = new VirtualHttpsClient({
      simulation,
      stack: this.#stack,
      resolve: resolveFrom(simulation, this.#hosts),
      isTrusted: this.#isTrusted,
      onOutcome: outcome => this.#takeOutcome(outcome),
    });
  }

  #perform(effect: Exclude<PsnEffect, CommonEffect<unknown>>): void {
    switch (effect.kind) {
      case 'send':
        this.#sockets.get(effect.localPort)?.(effect.to, effect.bytes);
        return;
      case 'ask-eap-server':
        this.#askEapServer(effect.bytes);
        return;
      case 'https-respond':
        this.#listeners?.respond(effect.requestId, effect.response);
        return;
      case 'https-call':
        this.#calls.set(effect.connectionId, effect);
        this.#client?.open(effect);
        return;
      case 'persist':
        this.#persisted = effect.state;
        return;
    }
  }

  #askEapServer(request: Uint8Array): void {
    const carried = this.#carried;
    this.#surroundings.simulation.after(eapServerMs, () => {
      const bytes = this.#eapServer?.answer(request);
      if (bytes !== undefined && this.#carried === carried) carried?.input({kind: 'eap-server-datagram', bytes});
    });
  }

  /** Calls to peers are connection and request in one go (images/psn/peer-calls.ts). */
  #takeOutcome(outcome: HttpsOutcome | HttpOutcome): void {
    const call = this.#calls.get(outcome.connectionId);
    if (call === undefined) return;
    if (outcome.kind === 'https-opened') {
      this.#client?.send(call);
      return;
    }
    this.#calls.delete(outcome.connectionId);
    if (outcome.kind === 'https-response' || outcome.kind === 'https-failed') this.#carried?.input(outcome);
  }
}
