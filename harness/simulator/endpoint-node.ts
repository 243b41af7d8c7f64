import type {EndpointPlan} from '#harness/role-plan.ts';
import {CarriedRole} from '#harness/simulator/carried-role.ts';
import {VirtualResolver} from '#harness/simulator/dns.ts';
import type {GapGauge} from '#harness/simulator/gap-gauge.ts';
import {HostStack} from '#harness/simulator/host-stack.ts';
import {VirtualHttpsClient} from '#harness/simulator/https-client.ts';
import type {ScriptedSupplicant} from '#harness/simulator/scripted-authenticator.ts';
import type {NodeSurroundings, SimulatedNode} from '#harness/simulator/simulated-node.ts';
import {VirtualAdapter} from '#harness/simulator/virtual-adapter.ts';
import type {NodeCommand} from '#images/endpoint/node-command.ts';
import {readProfileXml} from '#images/endpoint/profile-xml.ts';
import {Agent} from '#protocol/agent/agent.ts';
import type {AgentEffect, AgentInput} from '#protocol/agent/contract.ts';
import {Phone} from '#protocol/phone/phone.ts';
import {remembered} from '#protocol/remembered.ts';
import type {CommonEffect} from '#protocol/role.ts';

const eapolStartMs = 2000;

/** An endpoint: images/endpoint/main.ts in virtual time. Its files outlive its process and its power. */
export class EndpointNode implements SimulatedNode {
  readonly #surroundings: NodeSurroundings;
  readonly #plan: EndpointPlan;
  readonly #stack: HostStack;
  readonly #gauge: GapGauge;
  readonly #adapter: VirtualAdapter;
  readonly #sendEapolStart: (mac: string) => void;
  #isAsked = false;
  readonly #files: {profileXml: string; knownPsns: string[]; log: string[]};
  #client: VirtualHttpsClient | undefined;
  #resolver: VirtualResolver | undefined;
  #carried: CarriedRole<AgentInput, AgentEffect> | undefined;

  /** `plug`: pulls the cable, or plugs it in; `sendEapolStart`: towards the switch. */
  constructor(
    surroundings: NodeSurroundings,
    plan: EndpointPlan,
    parts: {gauge: GapGauge; plug: (isUp: boolean) => void; sendEapolStart: (mac: string) => void},
  ) {
    const {node, timerScale, network} = surroundings;
    this.#surroundings = surroundings;
    this.#plan = plan;
    this.#gauge = parts.gauge;
    this.#sendEapolStart = parts.sendEapolStart;
    this.#files = {profileXml: plan.profileXml, knownPsns: plan.knownPsns, log: []};
    this.#stack = new HostStack({node, address: plan.addresses[0] ?? '', timerScale, network});
    this.#stack.isPowered = false;
    this.#adapter = new VirtualAdapter({
      surroundings,
      plan,
      stack: this.#stack,
      plug: parts.plug,
      onLink: link => {
        this.#resolver?.forget();
        this.#carried?.input({kind: 'link', ...link});
      },
    });
  }

  /** Its supplicant, as long as it has power. */
  get supplicant(): ScriptedSupplicant | undefined {
    const {supplicant: plan, macs} = this.#plan;
    if (plan === null || this.#carried === undefined) return undefined;
    return {
      mac: macs[0] ?? '',
      plan,
      onAsked: () => {
        this.#isAsked = true;
      },
      record: event => this.#surroundings.outlets.record(event),
    };
  }

  boot(setClock: {clockOffsetMs?: number} = {}): void {
    const {simulation, clock, outlets, sabotage} = this.#surroundings;
    const {
      phone,
      interface: _interface,
      gateway,
      dhcp: _dhcp,
      slaac: _slaac,
      hosts: _hosts,
      profileXml: _profileXml,
      supplicant: _,
      ...settings
    } = this.#plan;
    this.#stack.isPowered = true;
    this.#adapter.powerOn();
    const role = phone
      ? new Phone()
      : new Agent({
          ...settings,
          ...setClock,
          addresses: [],
          profile: readProfile(this.#files.profileXml),
          knownPsns: this.#files.knownPsns,
        });
    const carried = new CarriedRole<AgentInput, AgentEffect>({
      role: role instanceof Agent ? (sabotage.agent?.(role) ?? role) : role,
      simulation,
      clock,
      outlets,
      perform: effect => this.#perform(effect),
    });
    this.#carried = carried;
    this.#resolver = new VirtualResolver({simulation, stack: this.#stack, server: gateway});
    this.#client = new VirtualHttpsClient({
      simulation,
      stack: this.#stack,
      resolve: this.#resolver.resolve,
      isTrusted: true,
      onOutcome: outcome => carried.input(outcome),
    });
    this.#adapter.begin(() => carried.input({kind: 'start'}));
    this.#beginEap(carried);
  }

  /** A supplicant that nobody has asked sends EAPOL-Start, two seconds after its start (images/endpoint/supplicant.ts); once only here. */
  #beginEap(life: unknown): void {
    const {simulation, timerScale} = this.#surroundings;
    this.#isAsked = false;
    if (this.#plan.supplicant === null) return;
    simulation.after(eapolStartMs * timerScale, () => {
      const isThere = this.#carried === life && this.#adapter.hasCarrier;
      if (isThere && !this.#isAsked) this.#sendEapolStart(this.#plan.macs[0] ?? '');
    });
  }

  powerOff(): void {
    this.#carried?.stop();
    this.#carried = undefined;
    this.#client?.abandonAll();
    this.#resolver?.abandonAll();
    this.#adapter.powerOff();
    this.#stack.reset();
    this.#stack.isPowered = false;
  }

  pause(): void {
    this.#carried?.pause();
  }

  resume(): void {
    this.#carried?.resume();
  }

  carrier(_: string, isUp: boolean): void {
    this.#adapter.carrier(isUp);
  }

  command(id: string, given: {name: string}): void {
    const command = given as NodeCommand;
    const {outlets} = this.#surroundings;
    switch (command.name) {
      case 'replace-profile': {
        const profile = readProfile(String(command.xml));
        if (profile.kind === 'read') this.#files.profileXml = command.xml;
        this.#carried?.input({kind: 'command', id, command: {name: 'replace-profile', profile}});
        return;
      }
      case 'restart-service': {
        const files = {profile: readProfile(this.#files.profileXml), knownPsns: this.#files.knownPsns};
        this.#carried?.input({kind: 'command', id, command: {name: 'restart-service', files}});
        return;
      }
      case 'link':
        this.#adapter.plug(command.up);
        outlets.reply(id, null);
        return;
      case 'answer-arp':
        this.#surroundings.network.answerArp(this.#surroundings.node, command.answers);
        outlets.reply(id, null);
        return;
      case 'answer-discovery':
        this.#surroundings.network.answerDiscovery(this.#surroundings.node, command.answers);
        outlets.reply(id, null);
        return;
      case 'lease':
        this.#adapter.lease(command.does);
        outlets.reply(id, null);
        return;
      case 'read-log':
        outlets.reply(id, this.#files.log.map(line => `${line}\n`).join(''));
        return;
      case 'start-gap-meter':
        this.#gauge.start(command.port);
        outlets.reply(id, null);
        return;
      case 'stop-gap-meter':
        outlets.reply(id, this.#gauge.stop());
        return;
      default:
        this.#carried?.input({kind: 'command', id, command});
        return;
    }
  }

  #perform(effect: Exclude<AgentEffect, CommonEffect<unknown>>): void {
    switch (effect.kind) {
      case 'https-open':
        this.#client?.open(effect);
        return;
      case 'https-send':
        this.#client?.send(effect);
        return;
      case 'http-ask':
        this.#client?.ask(effect);
        return;
      case 'https-abandon':
        this.#client?.abandon(effect.connectionId);
        return;
      case 'log':
        return void this.#files.log.push(effect.line);
      case 'install-profile': {
        const profile = readProfile(effect.xml);
        if (profile.kind === 'read') this.#files.profileXml = effect.xml;
        this.#carried?.input({kind: 'profile-installed', profile});
        return;
      }
      case 'remember-psns':
        this.#files.knownPsns = [...effect.psns];
        return;
      case 'announce':
        this.#adapter.announce();
        return;
    }
  }
}

/** Reading XML is most of what an endpoint's start costs. */
const readProfile = remembered(readProfileXml, xml => xml);
