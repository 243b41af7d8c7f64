import type {Violation} from '#harness/explore/violation.ts';
import {fqdn} from '#harness/lab-settings.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import type {PacketSeen} from '#harness/simulator/packet-seen.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import type {LabEvent} from '#protocol/event.ts';

/** A clock may drift by a third of a thousandth, and instants have microseconds. */
const clockTolerance = 0.001;

/** Looks at every event and packet of a lab with one endpoint, as it happens, and keeps what must not have been. */
export class Watch {
  readonly violations: Violation[] = [];
  readonly #dacls = new Map<string, Acl>();
  /** By address, from what the switch told. */
  readonly #inForce = new Map<string, string>();
  /** The alarm that each PSN owes: the session of a probe that it has just answered Compliant. */
  readonly #owedAlarms = new Map<string, string | null>();
  /** What each PSN said last to a probe. */
  readonly #said = new Map<string, string>();
  #isSwitchPaused = false;
  #latchOwedAtMs: number | undefined;
  #isLatched = false;
  #believes = 'Unknown';
  #notBeforeMs = 0;
  #intervalMs = 0;
  #roundEndedAtMs: number | undefined;

  /** A version of a dACL exists from now on: `#ACSACL#-IP-Posture_Compliant-636b75ac` and its text. */
  learnDacl(name: string, text: string): void {
    this.#dacls.set(name, parseAcl(text, {name}).acl);
  }

  /** A paused switch cannot tell what its packet filter has done meanwhile: what it told last may be true no more. */
  switchPaused(isPaused: boolean): void {
    this.#isSwitchPaused = isPaused;
  }

  event(event: LabEvent): void {
    this.#alarms(event);
    if (event.kind === 'fault') this.#violate('no-fault', event, `${event.node}: ${event.message}`);
    if (event.node === 'endpoint') this.#agent(event);
    if (event.node === 'nad') this.#enforcement(event);
  }

  packet({atMs, packet, verdict: decided}: PacketSeen): void {
    const name = this.#inForce.get(packet.source);
    const acl = name === undefined ? undefined : this.#dacls.get(name);
    if (acl === undefined || this.#isSwitchPaused) return;
    const due = verdict(acl, packet).verdict;
    if (due === decided) return;
    const ends = `${packet.source}:${packet.sourcePort} to ${packet.destination}:${packet.destinationPort}`;
    this.#violate(
      'enforcement',
      {atMs},
      `${name} says ${due} to ${ends}, and the switch ${decided === 'permit' ? 'let it pass' : 'dropped it'}`,
    );
  }

  #alarms(event: LabEvent): void {
    const isAlarm = event.kind === 'alarm-raised' && event.alarm === postureConfigurationDetection;
    if (this.#owedAlarms.has(event.node)) {
      const owed = this.#owedAlarms.get(event.node) ?? null;
      this.#owedAlarms.delete(event.node);
      if (!isAlarm || event.details['Session ID'] !== owed)
        this.#violate(
          'alarm-iff-compliant',
          event,
          `${event.node} answered a probe of ${owed} Compliant and raised no alarm`,
        );
    } else if (isAlarm) {
      this.#violate('alarm-iff-compliant', event, `${event.node} raised the alarm and had answered no probe Compliant`);
    }
    if (event.kind === 'probe-received') this.#said.set(fqdn(event.node), event.status);
    if (event.kind === 'probe-received' && event.status === 'Compliant')
      this.#owedAlarms.set(event.node, event.sessionId);
  }

  #agent(event: LabEvent): void {
    if (this.#latchOwedAtMs !== undefined && event.atMs > this.#latchOwedAtMs) {
      this.#violate('latch', event, 'the agent was answered Compliant, as it believes itself, and did not latch');
      this.#latchOwedAtMs = undefined;
    }
    switch (event.kind) {
      case 'service-started':
      case 'node-stopped':
        this.#isLatched = false;
        this.#believes = 'Unknown';
        this.#latchOwedAtMs = undefined;
        break;
      case 'status-shown':
        this.#believes = event.status;
        break;
      case 'discovery-started':
      case 'network-changed':
        this.#believes = 'Unknown';
        break;
      case 'sync-started':
        this.#notBeforeMs = event.atMs + event.delayMs * (1 - clockTolerance);
        this.#intervalMs = event.intervalMs;
        this.#roundEndedAtMs = undefined;
        break;
      case 'sync-round-finished':
        this.#roundEndedAtMs = event.atMs;
        break;
      case 'sync-disabled':
        this.#isLatched = true;
        this.#latchOwedAtMs = undefined;
        break;
      case 'probe-answered':
        if (this.#said.get(event.target) !== event.status)
          this.#violate('alarm-iff-compliant', event, `${event.target} never gave the answer ${event.status}`);
        if (event.status === 'Compliant' && this.#believes === 'Compliant') this.#latchOwedAtMs = event.atMs;
        break;
      case 'probe-sent':
        this.#probe(event);
        break;
    }
  }

  #probe(event: LabEvent): void {
    if (this.#isLatched) this.#violate('latch', event, 'a latched agent sent a probe');
    const restMs = this.#intervalMs * (1 - clockTolerance);
    const dueMs = this.#roundEndedAtMs === undefined ? this.#notBeforeMs : this.#roundEndedAtMs + restMs;
    if (event.atMs < dueMs) this.#violate('patience', event, `a probe was sent ${dueMs - event.atMs} ms early`);
    this.#roundEndedAtMs = undefined;
    this.#notBeforeMs = 0;
  }

  #enforcement(event: LabEvent): void {
    if (event.kind === 'acl-installed') this.#inForce.set(event.address, event.acl);
    else if (event.kind === 'acl-withdrawn' && this.#inForce.get(event.address) === event.acl)
      this.#inForce.delete(event.address);
    else if (event.kind === 'node-stopped') this.#inForce.clear();
  }

  #violate(rule: Violation['rule'], {atMs}: {atMs: number}, message: string): void {
    this.violations.push({rule, atMs, message});
  }
}
