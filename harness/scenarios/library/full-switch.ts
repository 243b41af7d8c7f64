import {caughtUp} from '#harness/caught-up.ts';
import {methodOf, nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {nodesOf} from '#harness/topology.ts';
import {topology} from '#topologies/access-24.ts';

export const fullSwitch: Scenario = {
  name: 'full-switch',
  claim: '24 endpoints on 24 ports become Compliant, keep probing, and see nothing when psn1 is gone',
  why: 'one list serves all sessions of a switch, and each session is its own (design.md 3; domain.md 5.6); row 28 of 11 for a whole switch',
  topology,
  // 24 agents at once: on a small machine what takes milliseconds for one takes a second for all.
  settings: healthy => ({
    ...healthy,
    timeScale: 2,
    endpoint: {...healthy.endpoint, connectTimeoutMs: 5000},
  }),

  async play(lab) {
    const endpoints = nodesOf(lab.topology, 'endpoint');
    const sessions = await Promise.all(
      endpoints.map(async ([node, {address, mac}]) => {
        const isOwn = (event: {acl: string | null; address: string | null}) =>
          isCompliantAcl(event) && event.address === address.split('/')[0];
        const [shown] = await Promise.all([
          lab.until('status-shown', {where: {node, status: 'Compliant'}}),
          lab.until('acl-installed', {where: isOwn}),
          lab.until('session-created', {where: {node: 'psn2', mac}}),
        ]);
        return lab.until('sync-round-finished', {where: {node}, after: shown});
      }),
    );
    expect(
      lab,
      sessions.every(({answered}) => !answered),
      'every first poll meets silence',
    );
    expect(lab, (await psnOf(lab, 'psn2').view()).sessions.length === endpoints.length, 'psn2 knows every session');
    const authenticated = (await nadOf(lab).view()).sessions;
    expect(
      lab,
      authenticated.length === endpoints.length &&
        authenticated.every(session => methodOf(session) === lab.settings.auth),
      `each is authenticated by ${lab.settings.auth}`,
    );

    await lab.stopNode('psn1');
    const lost = await lab.until('node-stopped');
    const later = await Promise.all(
      endpoints.map(([node]) => lab.until('sync-round-finished', {where: {node}, after: lost})),
    );
    await caughtUp(lab);

    expect(
      lab,
      later.every(({answered}) => !answered),
      'polls go on and meet silence',
    );
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    expect(lab, lab.timeline.of('discovery-restarted').length === 0, 'nobody restarts discovery');
  },
};
