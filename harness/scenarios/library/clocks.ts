/** What clocks that are wrong do to posture: mostly nothing, and then everything at once. */
import {caughtUp} from '#harness/caught-up.ts';
import {setClock} from '#harness/clock.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {labEpochS, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {accessPorts} from '#harness/topology.ts';
import {topology} from '#topologies/single-psn.ts';

const port = accessPorts(topology, 'nad')[0] ?? '';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const clocks: Scenario[] = [
  {
    name: 'clocks-apart',
    claim:
      'clocks that are minutes apart make logs that do not fit together, and nothing else: posture and its synchronization work',
    why: 'domain.md 9.1 and 6.7 (every line has its own node’s time), 5.8: a CoA is good for 300 s (RFC 5176 6.3)',
    topology,
    settings: healthy => ({
      ...healthy,
      clocks: {endpoint: -2 * minuteMs, nad: 3 * minuteMs, psn1: -minuteMs},
    }),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      const round = await lab.until('sync-round-finished', {after: installed});
      await nadOf(lab).clearSession(port);
      const restarted = await lab.until('discovery-restarted', {after: round});
      await becomesCompliant(lab, restarted);
      const started = await lab.until('service-started');
      const firstLineMs = Date.parse(`${(await endpointOf(lab).readLog()).slice(0, 19)} UTC`);
      const switchMs = labEpochS * 1000 + lab.nowMs();
      const shownMs = Date.parse(`9 Nov 2022 ${(await nadOf(lab).cli('show clock')).slice(0, 8)} UTC`);
      await caughtUp(lab);

      expect(lab, !round.answered, 'the first round is silent');
      const logIsLateMs = firstLineMs - (labEpochS * 1000 + started.atMs);
      expect(lab, Math.abs(logIsLateMs + 2 * minuteMs) <= 1000, 'the agent’s log is two minutes behind');
      expect(lab, shownMs - switchMs > 2 * minuteMs, 'the switch’s clock is ahead');
      expect(lab, lab.timeline.of('datagram-discarded').length === 0, 'no CoA is too old');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'coa-too-old',
    claim:
      'a PSN whose clock is ten minutes behind the switch’s is not heard with its CoA: both alarms come, until the clock is set right',
    why: 'RFC 5176 6.3 (a CoA whose Event-Timestamp is more than 300 s off is dropped in silence); then as row 16 of domain.md 11',
    topology,
    settings: healthy => ({
      ...healthy,
      clocks: {psn1: -10 * minuteMs},
      psn: {...healthy.psn, coaTimeoutMs: 2000, coaAttempts: 2},
    }),
    async play(lab) {
      const dropped = await lab.until('datagram-discarded', {where: ({reason}) => reason.includes('Event-Timestamp')});
      await lab.until('coa-unanswered');
      await lab.until('alarm-raised', {where: {alarm: 'Dynamic Authorization Failed for Device'}});
      await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});
      await caughtUp(lab);
      expect(lab, dropped.node === 'nad', 'the switch drops it');
      expect(lab, lab.timeline.of('acl-installed', isCompliantAcl).length === 0, 'the Compliant dACL never comes');

      await setClock(lab, 'psn1', 0);
      await psnOf(lab).reauthenticate(endpointOf(lab).mac);
      await lab.until('acl-installed', {where: isCompliantAcl, after: dropped});
    },
  },
  {
    name: 'clock-outlives-power',
    claim:
      'a switch whose clock was set wrong has it wrong still when its power is back, and drops CoA as too old once more',
    why: 'a clock goes on without power; domain.md 5.8 and RFC 5176 6.3 as in coa-too-old',
    topology,
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await lab.until('session-authorized', {after: installed});
      await setClock(lab, 'nad', 10 * minuteMs);
      await lab.stopNode('nad');
      const stopped = lab.nowMs();
      await lab.startNode('nad');
      const again = await lab.until('session-authorized', {after: stopped});
      const dropped = await lab.until('datagram-discarded', {after: again}); // of the CoA that follows the report
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: again});
      const {labEpochMs} = await nadOf(lab).view();

      expect(lab, dropped.reason.includes('Event-Timestamp'), 'it is the time of it that the switch does not like');
      expect(lab, labEpochMs === labEpochS * 1000 + 10 * minuteMs, 'its clock is ten minutes ahead');
    },
  },
  {
    name: 'certificate-not-yet-valid',
    claim:
      'for an endpoint whose clock is two hours behind, the PSN’s certificate is not valid yet: discovery finds no server until the clock is set',
    why: 'as row 26 of domain.md 11, with nothing wrong at the PSN; the lab’s certificates are good from an hour before it',
    topology,
    settings: healthy => ({...healthy, clocks: {endpoint: -2 * hourMs}}),
    async play(lab) {
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl});
      const failed = await lab.until('discovery-target-failed', {where: {reason: 'untrusted'}, after: unknown});
      await lab.until('server-not-found', {after: failed});
      await caughtUp(lab);
      expect(lab, failed.detail.includes('not yet valid'), 'it is the time that is wrong with the certificate');
      expect(lab, lab.timeline.of('psn-found').length === 0, 'no server is found');

      await setClock(lab, 'endpoint', 0);
      await becomesCompliant(lab, failed);
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
];
