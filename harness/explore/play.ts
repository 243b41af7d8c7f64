import {type DaclText, type Deed, type Exploration, longestMs} from '#harness/explore/exploration.ts';
import {type BlindSpot, lookAtOutcome} from '#harness/explore/outcome.ts';
import type {Violation} from '#harness/explore/violation.ts';
import {Watch} from '#harness/explore/watch.ts';
import {callHomeList, compliantDacl, defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {labEpochS} from '#harness/psn-handle.ts';
import type {Sabotage} from '#harness/simulator/sabotage.ts';
import {type SimulatedLab, simulate} from '#harness/simulator/simulated-lab.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/two-psn.ts';

export interface Played {
  violations: Violation[];
  blindSpots: BlindSpot[];
  timeline: readonly LabEvent[];
}

const endpoint = 'endpoint';
const mac = '00:50:56:A8:BE:02';
const psns = ['psn1', 'psn2'];
const psnAddresses = ['10.10.1.11', '10.10.2.12'];
const firstVersionS = 0x636b_75ac;
/** Enough for a dead RADIUS server to be asked again, a failed authentication to be repeated, and a lost session to be found. */
const settleMs = 150_000;

/** Plays a story, mends everything, gives it time, and says what must not have been. */
export async function playExploration(story: Exploration, sabotage: Sabotage = {}): Promise<Played> {
  const watch = new Watch();
  const settings = settingsFor(story);
  await using lab = await simulate({topology, settings, seed: story.seed, sabotage});
  for (const [status, text] of Object.entries(settings.dacl)) {
    watch.learnDacl(versioned(daclNames[status as keyof typeof daclNames], firstVersionS), text);
  }
  for (const event of lab.timeline.all()) watch.event(event);
  lab.timeline.subscribe(event => watch.event(event));
  lab.onPacket = seen => watch.packet(seen);

  const player = new Player(lab, watch);
  for (const {afterMs, deed} of story.steps) {
    await lab.elapse(afterMs);
    player.perform(deed);
  }
  await lab.elapse(longestMs + 1000);
  await lab.elapse(settleMs);
  const {violations, blindSpots} = await lookAtOutcome(lab, {endpoint, mac});
  return {violations: [...watch.violations, ...violations], blindSpots, timeline: lab.timeline.all()};
}

class Player {
  readonly #lab: SimulatedLab;
  readonly #watch: Watch;
  #lastSaveS = labEpochS;

  constructor(lab: SimulatedLab, watch: Watch) {
    this.#lab = lab;
    this.#watch = watch;
  }

  perform(deed: Deed): void {
    const lab = this.#lab;
    switch (deed.kind) {
      case 'rescan':
      case 'restart-service':
        this.#tell(endpoint, {name: deed.kind});
        return;
      case 'clear-session':
        this.#tell('nad', {name: 'clear-session', port: 'fa0-12'});
        return;
      case 'unplug':
        this.#tell(endpoint, {name: 'link', up: false});
        this.#later(deed.forMs, () => this.#tell(endpoint, {name: 'link', up: true}));
        return;
      case 'set-firewall':
        this.#tell(endpoint, {name: 'change-facts', facts: {firewall: deed.isOn}});
        return;
      case 'replace-profile':
        this.#tell(endpoint, {name: 'replace-profile', xml: profileOf(deed)});
        return;
      case 'end-session':
        this.#tellPsns({name: 'end-session', mac, how: deed.how});
        return;
      case 'reauthenticate':
        this.#tellPsns({name: 'reauthenticate', mac, type: deed.type});
        return;
      case 'set-status':
        this.#tellPsns({name: 'set-posture-status', mac, status: deed.status});
        return;
      case 'save-dacl':
        this.#saveDacl(deed.text);
        return;
      case 'power-off':
        void lab.stopNode(deed.node);
        this.#later(deed.forMs, () => void lab.startNode(deed.node));
        return;
      case 'pause':
        lab.pauseNode(deed.node);
        if (deed.node === 'nad') this.#watch.switchPaused(true);
        this.#later(deed.forMs, () => {
          lab.resumeNode(deed.node);
          if (deed.node === 'nad') this.#watch.switchPaused(false);
        });
        return;
      case 'cut-cable':
        lab.setCable(deed.end, false);
        this.#later(deed.forMs, () => lab.setCable(deed.end, true));
        return;
      case 'rough-link':
        lab.impairNow(deed.end, deed.impairment);
        this.#later(deed.forMs, () => lab.impairNow(deed.end, null));
        return;
      case 'drift':
        lab.driftClock(deed.node, deed.partsPerMillion);
        return;
      case 'slow-down':
        this.#tell('nad', {name: 'set-delay', step: deed.step, delayMs: deed.delayMs});
        return;
      case 'hold':
        this.#tell('nad', {name: 'hold', step: deed.step});
        this.#later(deed.forMs, () => this.#tell('nad', {name: 'release', step: deed.step}));
        return;
    }
  }

  /** What a node refuses, or has no power for, does not happen. */
  #tell(node: string, command: {name: string; [field: string]: unknown}): void {
    this.#lab.call(node, command).catch(() => {});
  }

  /** An administrator asks at every PSN; the one that owns the session does it. */
  #tellPsns(command: {name: string; [field: string]: unknown}): void {
    for (const psn of psns) this.#tell(psn, command);
  }

  #saveDacl(text: DaclText): void {
    this.#lastSaveS = Math.max(this.#lastSaveS + 1, labEpochS + Math.floor(this.#lab.nowMs() / 1000));
    const dacl = {name: daclNames.compliant, text: daclText(text), savedAtS: this.#lastSaveS};
    this.#watch.learnDacl(versioned(dacl.name, dacl.savedAtS), dacl.text);
    this.#tellPsns({name: 'save-dacl', dacl});
  }

  #later(forMs: number, action: () => void): void {
    this.#lab.simulation.after(forMs, action);
  }
}

function settingsFor({circumstances}: Exploration): LabSettings {
  const {compliantDacl: text, replication, ipUnknownPolicy, delayS, intervalS} = circumstances;
  const healthy = defaultSettings(topology);
  return {
    ...healthy,
    timeScale: 1,
    dacl: {...healthy.dacl, compliant: daclText(text)},
    nad: {...healthy.nad, ipUnknownPolicy, radiusTimeoutMs: 2000, radiusAttempts: 2, deadTimeMs: 30_000},
    psn: {...healthy.psn, replication, coaTimeoutMs: 2000, coaAttempts: 2},
    profile: {
      xml: null,
      fields: profileFields({delayS, intervalS}),
    },
  };
}

function daclText(text: DaclText): string {
  if (text === 'correct') return compliantDacl(psnAddresses);
  return text === 'psn1 only' ? compliantDacl(psnAddresses.slice(0, 1)) : 'permit ip any any';
}

function profileOf(given: {delayS: number; intervalS: number}): string {
  const fields = profileFields(given);
  return profileXml({xml: null, fields}, callHomeList(topology));
}

function versioned(name: string, savedAtS: number): string {
  return `#ACSACL#-IP-${name}-${savedAtS.toString(16).padStart(8, '0')}`;
}

function profileFields({delayS, intervalS}: {delayS: number; intervalS: number}): Record<string, string> {
  return {
    NetworkTransitionDelay: String(delayS),
    StateSyncProbeInterval: String(intervalS),
    RemediationTimer: '1', // a minute: a story does not go on for the usual twelve
  };
}
