import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Course, Episode, Timing} from '#harness/field-log/course.ts';
import {diagnose} from '#harness/field-log/diagnosis.ts';
import {happeningsOf} from '#harness/field-log/happenings.ts';
import {readLog} from '#harness/field-log/log-line.ts';
import type {Lab, UntilOptions} from '#harness/lab.ts';
import {callHomeList, compliantDacl, type LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {addressOf} from '#harness/role-plan.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {nodesOf, type Topology} from '#harness/topology.ts';
import {unhurried} from '#harness/unhurried.ts';
import type {LabEvent, LabEventKind} from '#protocol/event.ts';
import {topology as threePsn} from '#topologies/three-psn.ts';
import {topology as twoPsn} from '#topologies/two-psn.ts';

/** The name under which a capsule has it; its course is in the capsule. */
export const fieldLogName = 'field-log';

/** Longer than the longest interval, delay and all time-outs together. */
const patienceMs = 900_000;

/** Plays a course, in either world, and claims that the agent's log comes out with the same diagnosis. */
export function courseScenario(course: Course): Scenario {
  return {
    name: fieldLogName,
    claim: `the agent's log is diagnosed as ${course.codes.join(', ')}, as the log that it was made from`,
    why: 'a log from the field, played again (`posturelab explain --scenario`)',
    topology: course.targets > 2 ? threePsn : twoPsn,
    settings: healthy => settingsFor(course, healthy),
    async play(lab) {
      const player = new CoursePlayer(lab, course);
      for (const [index, episode] of course.episodes.entries()) await player.play(episode, course.episodes[index + 1]);
      await caughtUp(lab);

      const {lines} = readLog(await endpointOf(lab).readLog());
      const codes = [...new Set(diagnose(happeningsOf(lines)).map(({code}) => code))];
      expect(lab, codes.join() === course.codes.join(), `the diagnosis is ${course.codes}, and not ${codes}`);
    },
  };
}

function settingsFor({targets, episodes: [first]}: Course, healthy: LabSettings): LabSettings {
  const settings = unhurried(healthy);
  const topology = targets > 2 ? threePsn : twoPsn;
  return {
    ...settings,
    profile: {xml: null, fields: first === undefined ? {} : fieldsOf(first.timing)},
    dacl: {...healthy.dacl, compliant: daclText(topology, first?.deniesAllBut ?? null)},
    endpoint: {...settings.endpoint, backupPsnLimit: targets - 1},
    nad: {...healthy.nad, aclInstallDelayMs: first?.installDelayMs ?? 0},
  };
}

function fieldsOf({delayS, intervalS}: Timing): Record<string, string | null> {
  const interval = intervalS === null ? null : String(intervalS);
  return {NetworkTransitionDelay: String(delayS), StateSyncProbeInterval: interval};
}

/** The Compliant dACL without the deny of one PSN. */
function daclText(topology: Topology, without: number | null): string {
  const addresses = nodesOf(topology, 'psn').map(([, psn]) => addressOf(psn));
  return compliantDacl(addresses.filter((_, index) => index !== without));
}

class CoursePlayer {
  readonly #lab: Lab;
  #timing: Timing | undefined;
  #dacl: string;
  #last: LabEvent | number = -1;

  constructor(lab: Lab, {episodes}: Course) {
    this.#lab = lab;
    this.#timing = episodes[0]?.timing;
    this.#dacl = lab.settings.dacl.compliant;
  }

  async play(episode: Episode, next: Episode | undefined): Promise<void> {
    const shown = await this.#until('status-shown', {where: {status: 'Compliant'}});
    if (episode.ends === 'alarm') {
      await this.#until('sync-disabled');
      if (episode.installDelayMs !== null) {
        this.#last = shown; // the dACL is late; it may even come before the agent has made up its mind
        await this.#until('acl-installed', {where: isCompliantAcl});
        await nadOf(this.#lab).setDelay('acl-install', 0);
      }
    } else {
      if (episode.begins === 'start' || episode.begins === 'session lost')
        await this.#until('acl-installed', {where: isCompliantAcl});
      for (let round = 0; round < episode.silentRounds; round += 1) await this.#until('sync-round-finished');
      if (episode.ends === 'deny lost, alarm') {
        await this.#useDacl('permit ip any any', {now: true});
        await this.#until('sync-disabled');
      }
    }
    if (episode.ends === 'session lost') await this.#loseSession(next);
    if (next !== undefined) await this.#begin(next);
  }

  /** What the next assessment meets is made ready while the agent knows nothing yet. */
  async #loseSession(next: Episode | undefined): Promise<void> {
    await psnOf(this.#lab).endSession(endpointOf(this.#lab).mac);
    await this.#until('acl-installed', {where: isUnknownAcl});
    if (next !== undefined) await this.#makeReady(next, {now: false});
    await this.#until('discovery-restarted');
  }

  async #makeReady({deniesAllBut, installDelayMs}: Episode, {now}: {now: boolean}): Promise<void> {
    await this.#useDacl(daclText(this.#lab.topology, deniesAllBut), {now});
    if (installDelayMs !== null) await nadOf(this.#lab).setDelay('acl-install', installDelayMs);
  }

  /** What leads to the next assessment. A race takes a session that is lost, so that the dACL has to come anew. */
  async #begin(episode: Episode): Promise<void> {
    const endpoint = endpointOf(this.#lab);
    const {begins, timing, installDelayMs} = episode;
    const isNewProfile = JSON.stringify(timing) !== JSON.stringify(this.#timing);
    if (begins !== 'session lost') await this.#makeReady(episode, {now: true});
    if (begins !== 'session lost' && installDelayMs !== null) await psnOf(this.#lab).endSession(endpoint.mac);
    if (isNewProfile) await endpoint.replaceProfile(this.#profile(timing));
    if (begins === 'service restarted' || isNewProfile) await endpoint.restartService();
    else if (begins === 'rescan') await endpoint.rescan();
    this.#timing = timing;
  }

  async #until<Kind extends LabEventKind>(kind: Kind, {where}: UntilOptions<Kind> = {}): Promise<LabEvent> {
    const event = await this.#lab.until(kind, {...(where && {where}), after: this.#last, withinMs: patienceMs});
    this.#last = event;
    return event;
  }

  /** `now`: the session that there is gets it, too. */
  async #useDacl(text: string, {now}: {now: boolean}): Promise<void> {
    if (text === this.#dacl) return;
    const lab = this.#lab;
    this.#dacl = text;
    await adminOf(lab).saveDacl(daclNames.compliant, text);
    if (!now) return;
    this.#last = lab.nowMs();
    await psnOf(lab).reauthenticate(endpointOf(lab).mac);
    await this.#until('acl-installed', {where: isCompliantAcl});
  }

  #profile(timing: Timing): string {
    return profileXml({xml: null, fields: fieldsOf(timing)}, callHomeList(this.#lab.topology));
  }
}
