import {caughtUp} from '#harness/caught-up.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {topology} from '#topologies/two-psn.ts';

const rounds = 3;

export const syncProbing: Scenario = {
  name: 'sync-probing',
  claim: 'a Compliant endpoint polls every PSN on the probe port each interval, and the dACL swallows every poll',
  why: 'blocked is healthy: silence is the first bit that state synchronization carries (domain.md 0.3, TAC 222483)',
  topology,
  settings: healthy => ({
    ...healthy,
    profile: {xml: null, fields: {StateSyncProbeInterval: '2'}},
    endpoint: {...healthy.endpoint, connectTimeoutMs: 1000},
  }),

  async play(lab) {
    const {shown} = await becomesCompliant(lab);
    const started = await lab.until('sync-started', {after: shown});
    const last = await lab.until('sync-round-finished', {where: {round: rounds}, after: started});
    await caughtUp(lab);

    const sent = lab.timeline.of('probe-sent').filter(probe => probe.round <= rounds);
    const blocked = lab.timeline.of('probe-blocked').filter(probe => probe.round <= rounds);
    expect(
      lab,
      (sent[0]?.atMs ?? 0) >= shown.atMs + started.delayMs,
      'no probe leaves before the network transition delay is over',
    );
    expect(
      lab,
      sent.length === rounds * started.targets.length,
      `each of ${rounds} rounds asks each of ${started.targets.join(', ')}`,
    );
    expect(
      lab,
      blocked.length === sent.length && blocked.every(probe => probe.reason === 'timeout'),
      'every probe ends in silence',
    );
    expect(lab, !last.answered && lab.timeline.of('probe-answered').length === 0, 'no PSN answers a probe');
    expect(lab, lab.timeline.of('probe-received').length === 0, 'no probe reaches a PSN');
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');

    const met = (await nadOf(lab).counters()).filter(
      count => isCompliantAcl(count) && count.line !== null && count.line <= started.targets.length,
    );
    expect(
      lab,
      met.reduce((sum, count) => sum + count.packets, 0) >= sent.length,
      'the deny entries counted every probe',
    );
  },
};
