/** What links do to posture when they lose, delay or swallow packets; nobody is told of any of it. */
import {caughtUp} from '#harness/caught-up.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {accessPorts} from '#harness/topology.ts';
import {topology as single} from '#topologies/single-psn.ts';
import {topology as two} from '#topologies/two-psn.ts';

const port = accessPorts(two, 'nad')[0] ?? '';
const alarm = {alarm: postureConfigurationDetection};
/** In containers the first order lays cables, which takes most of a second. From then on orders are a matter of milliseconds. */
const good = {delayMs: 1};
/** On a busy machine the wire may hear of its mending before it looks at what was sent. No repetition and no probe comes as soon. */
const untilLostMs = 1000;
const impairable = (lab: Lab) => lab.impair('psn1', good);

export const roughLinks: Scenario[] = [
  {
    name: 'radius-answers-lost',
    claim:
      'where the answers of a PSN are lost for a while, the switch asks again, and is told the same; nobody is failed over to',
    why: 'RFC 5080 2.2.2; before the failover of domain.md 6.2 and rows 13, 14 and 28 of its section 11',
    topology: two,
    settings: healthy => ({...healthy, nad: {...healthy.nad, radiusTimeoutMs: 4000}}),
    prepare: impairable,
    async play(lab) {
      const {installed} = await becomesCompliant(lab); // switch and PSN know each other's MAC: ARP would be lost as well
      await lab.impair('psn1', {cut: true}, {from: 'psn1'});
      await nadOf(lab).clearSession(port);
      const accepted = await lab.until('access-accepted', {after: installed});
      await lab.impair('psn1', good, {from: 'psn1'});
      const authorized = await lab.until('session-authorized', {after: accepted});
      await caughtUp(lab);

      expect(lab, authorized.server === 'psn1', 'psn1 authorizes');
      const answers = lab.timeline.of('access-accepted').filter(({atMs}) => atMs > installed.atMs);
      expect(lab, answers.length === 1, 'what comes again is answered, and not decided again');
      expect(lab, lab.timeline.of('radius-server-failed').length === 0, 'no server is given up');
      await becomesCompliant(lab, authorized);
    },
  },
  coaLostOnce({repeatedAfterMs: 3000, transitionDelayS: 20}),
  coaLostOnce({repeatedAfterMs: 10_000, transitionDelayS: 5}),
  {
    name: 'probe-lost',
    claim:
      'a probe that is lost on its way looks like one that was blocked: the missing deny is found when the link is good again',
    why: 'rows 1 and 12b of domain.md 11, and 3.10: the agent cannot tell silence from silence',
    topology: single,
    settings: withoutDeny,
    prepare: impairable,
    async play(lab) {
      await becomesCompliant(lab);
      await lab.impair('psn1', {cut: true}, {from: 'psn1'});
      await findsNothingUntil(lab, () => lab.impair('psn1', good, {from: 'psn1'}));
    },
  },
  {
    name: 'slow-path',
    claim:
      'across a path that is slower than the agent is patient, every probe is silence: the missing deny is not found',
    why: 'rows 1 and 12b of domain.md 11, and 3.10; how patient the agent is, is ours',
    topology: single,
    settings: withoutDeny,
    prepare: impairable,
    async play(lab) {
      await becomesCompliant(lab);
      await lab.impair('psn1', {delayMs: 5000}); // there and back is more than connectTimeoutMs
      await findsNothingUntil(lab, () => lab.impair('psn1', good));
    },
  },
  {
    name: 'lossy-path',
    claim: 'a path that loses every twentieth frame costs time and no posture: RADIUS and TCP say again what is lost',
    why: 'RFC 2865 2.4 and RFC 5080 2.2.1; domain.md 5.8 for CoA, which is repeated as well',
    topology: single,
    settings: healthy => ({
      ...healthy,
      links: [{link: 'psn1', from: null, change: {delayMs: 5, jitterMs: 5, loss: 0.05}}],
      endpoint: {...healthy.endpoint, connectTimeoutMs: 30_000, responseTimeoutMs: 30_000},
      nad: {...healthy.nad, radiusTimeoutMs: 1000, radiusAttempts: 8},
      psn: {...healthy.psn, coaTimeoutMs: 1000, coaAttempts: 8},
      profile: {xml: null, fields: {NetworkTransitionDelay: '30'}},
    }),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      const round = await lab.until('sync-round-finished', {after: installed});
      await caughtUp(lab);

      expect(lab, !round.answered, 'the probe meets the deny');
      expect(lab, lab.timeline.of('radius-server-failed').length === 0, 'no server is given up');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
];

/** The PSN's order to authenticate anew is lost; how soon it is repeated decides whether the dACL is there before the first probe. */
function coaLostOnce(times: {repeatedAfterMs: number; transitionDelayS: number}): Scenario {
  const {repeatedAfterMs, transitionDelayS} = times;
  const isInTime = repeatedAfterMs < transitionDelayS * 1000;
  return {
    name: isInTime ? 'coa-lost-once' : 'coa-repeated-late',
    claim: isInTime
      ? 'a CoA that is lost is repeated; where that is sooner than the transition delay, there is no alarm'
      : 'a CoA that is lost is repeated; where the first probe is sooner, there is an alarm although every dACL is right',
    why: 'rows 7, 9 and 16 of domain.md 11: a lost CoA is one more reason for a late dACL',
    topology: single,
    settings: healthy => ({
      ...healthy,
      psn: {...healthy.psn, coaTimeoutMs: repeatedAfterMs},
      profile: {xml: null, fields: {NetworkTransitionDelay: String(transitionDelayS)}},
    }),
    async prepare(lab) {
      await impairable(lab);
      await psnOf(lab).hold('coa');
    },
    async play(lab) {
      await lab.until('status-shown', {where: {status: 'Compliant'}}); // before the CoA, so that only that is lost
      await lab.until('gate-reached', {where: {step: 'coa'}});
      await lab.impair('psn1', {cut: true}, {from: 'psn1'});
      await psnOf(lab).release('coa');
      const sent = await lab.until('coa-sent');
      await lab.elapse(untilLostMs);
      await lab.impair('psn1', good, {from: 'psn1'});
      const received = await lab.until('coa-received');
      await lab.until('acl-installed', {where: isCompliantAcl});
      const round = await lab.until('sync-round-finished');
      await caughtUp(lab);

      expect(lab, received.atMs >= sent.atMs + repeatedAfterMs, 'what arrives is the repetition');
      expect(lab, round.answered === !isInTime, `the first probe is ${isInTime ? 'blocked' : 'answered'}`);
      expect(lab, lab.timeline.of('alarm-raised', alarm).length === (isInTime ? 0 : 1), 'and so is the alarm');
    },
  };
}

function withoutDeny(healthy: Lab['settings']): Lab['settings'] {
  return {
    ...healthy,
    dacl: {...healthy.dacl, compliant: 'permit ip any any'},
    profile: {xml: null, fields: {NetworkTransitionDelay: '20', StateSyncProbeInterval: '10'}},
  };
}

/** Two rounds of silence, and the alarm with the first one after `mend`. */
async function findsNothingUntil(lab: Lab, mend: () => Promise<void>): Promise<void> {
  const first = await lab.until('sync-round-finished');
  const second = await lab.until('sync-round-finished', {after: first});
  await caughtUp(lab);
  expect(lab, !first.answered && !second.answered, 'two rounds meet silence');
  expect(lab, lab.timeline.of('probe-received').length === 0, 'the PSN has heard of none');
  expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');

  await mend();
  await lab.until('alarm-raised', {where: alarm});
  await lab.until('sync-disabled');
}
