// What the daemons of 802.1X do when one of them, or the machine it runs on, is not there.
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {execIn} from '#harness/containers/exec.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const settings = (healthy: LabSettings): LabSettings => ({
  ...healthy,
  auth: 'dot1x',
  nad: {...healthy.nad, radiusTimeoutMs: 2000, radiusAttempts: 2},
});

test(
  'a policy node whose EAP server hangs is silent, and the switch authenticates at the next one',
  inLab(
    {
      settings,
      async prepare(lab) {
        const {exitCode} = await execIn((lab as ContainerLab).containerOf('psn1'), ['pkill', '-STOP', 'freeradius']);
        if (exitCode !== 0) throw new Error('there is no freeradius to stop');
      },
    },
    async (t, lab) => {
      const failed = await lab.until('radius-server-failed');
      t.like(failed, {server: 'psn1', next: 'psn2'});
      const authorized = await lab.until('session-authorized', {after: failed});
      t.is(authorized.server, 'psn2');
      await becomesCompliant(lab);
      t.deepEqual(lab.timeline.of('access-rejected'), [], 'silence, not a refusal');
    },
  ),
);

test(
  'an endpoint that was off is authenticated again on the new device that its port has become',
  inLab({settings}, async (t, lab) => {
    await becomesCompliant(lab);
    await lab.stopNode('endpoint');
    const ended = await lab.until('session-ended');
    await lab.startNode('endpoint');
    const authorized = await lab.until('session-authorized', {after: ended});
    t.not(authorized.sessionId, ended.sessionId);
    t.deepEqual(lab.timeline.of('authentication-started', {method: 'mab'}), []);
  }),
);

test(
  'when a switch starts again its endpoint’s adapter is a new device, and the supplicant answers on that',
  inLab({settings}, async (t, lab) => {
    await becomesCompliant(lab);
    await lab.stopNode('nad');
    const gone = lab.nowMs();
    await lab.startNode('nad');
    await lab.until('eap-succeeded', {after: gone});
    await lab.until('session-authorized', {after: gone});
    t.deepEqual(lab.timeline.of('authentication-started', {method: 'mab'}), []);
  }),
);
