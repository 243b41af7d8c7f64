import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {topology} from '#topologies/two-psn.ts';

export const rediscovery: Scenario = {
  name: 'rediscovery',
  claim:
    'the next probe after a lost session is answered Unknown; the agent restarts discovery and is Compliant again, probing again',
  why: 'this is the repair: without it the endpoint stays restricted until somebody touches it (TAC 222483; domain.md 3.5)',
  topology,
  settings: healthy => ({...healthy, endpoint: {...healthy.endpoint, connectTimeoutMs: 1000}}),

  async play(lab) {
    const endpoint = endpointOf(lab);
    const {installed} = await becomesCompliant(lab);
    await psnOf(lab).endSession(endpoint.mac);
    const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});

    const answered = await lab.until('probe-answered', {after: unknown});
    const restarted = await lab.until('discovery-restarted', {after: answered});
    const stopped = await lab.until('sync-stopped', {where: {reason: 'posture-status-changed'}, after: answered});
    const again = await becomesCompliant(lab, restarted);
    const started = await lab.until('sync-started', {after: again.settled});
    const round = await lab.until('sync-round-finished', {after: started});
    await caughtUp(lab);

    expect(lab, answered.status === 'Unknown', 'the probe is answered Unknown');
    expect(lab, again.installed.sessionId === unknown.sessionId, 'the new session becomes Compliant');
    expect(
      lab,
      lab.timeline.of('probe-sent').every(probe => probe.atMs <= stopped.atMs || probe.atMs >= started.atMs),
      'no probe is sent while discovery runs',
    );
    expect(lab, !round.answered, 'the re-armed probe is blocked again');
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
  },
};
