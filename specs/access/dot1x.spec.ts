// 802.1X from end to end: who gets in, who does not, and what supplicant, switch and policy node say about it.
import test from 'ava';
import type {Dot1xSettings} from '#harness/dot1x-settings.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {dot1xTroubles} from '#harness/scenarios/library/dot1x-troubles.ts';
import {sessionDetails} from '#harness/scenarios/session-details.ts';
import {inLab, playsAlike} from '#specs/flows/in-lab.ts';
import {topology as singlePsn} from '#topologies/single-psn.ts';

const user = 'TRAINING\\bob';

for (const eap of ['peap', 'tls'] as const) {
  test.serial(
    `a user authenticated by ${eap} becomes Compliant, and the session is listed as in TAC 222483`,
    inLab({settings: withDot1x({eap})}, async (t, lab) => {
      const {installed} = await becomesCompliant(lab);
      const succeeded = await lab.until('eap-succeeded', {after: installed.atMs - 1});
      t.true(succeeded.atMs >= installed.atMs, 're-authentication ends for the supplicant when the dACL is in force');

      const details = await sessionDetails(lab);
      t.true(details.includes(`            User-Name:  ${user}\n`), details);
      t.regex(details, /^ {15}Status: {2}Authorized$/m);
      t.regex(details, /^ {6}mab {16}Stopped\n {6}dot1x {14}Authc Success$/m);
      t.deepEqual(lab.timeline.of('authentication-started', {method: 'mab'}), []);
      const psn = await psnOf(lab).view();
      t.like(psn.sessions[0], {userName: user, postureStatus: 'Compliant', sessionId: installed.sessionId});
      t.true(psn.liveLog.some(row => row.code === 5200 && row.attributes['UserName'] === user));
    }),
  );
}

for (const scenario of dot1xTroubles) test.serial(scenario.claim, playsAlike(scenario));

test.serial(
  'after a terminated session and after a bounced port the endpoint is back by 802.1X',
  inLab({topology: singlePsn, settings: withDot1x({})}, async (t, lab) => {
    const {mac} = endpointOf(lab);
    await becomesCompliant(lab);
    for (const how of ['terminate', 'bounce'] as const) {
      const before = await nadOf(lab).view();
      await psnOf(lab).endSession(mac, how);
      const ended = await lab.until('session-ended', {where: {sessionId: before.sessions[0]?.sessionId ?? ''}});
      await lab.until('authentication-started', {where: {method: 'dot1x'}, after: ended});
      const authorized = await lab.until('session-authorized', {after: ended});
      t.not(authorized.sessionId, ended.sessionId);
      await lab.until('acl-installed', {where: {sessionId: authorized.sessionId}, after: ended});
    }
    t.deepEqual(lab.timeline.of('dot1x-timed-out'), []);
    t.deepEqual(lab.timeline.of('authentication-started', {method: 'mab'}), []);
  }),
);

test.serial(
  'when the policy node that authenticated it is gone, the endpoint that comes back is authenticated by the next one',
  inLab({settings: withDot1x({})}, async (t, lab) => {
    await becomesCompliant(lab);
    await lab.stopNode('psn1');
    const stopped = lab.nowMs();
    await endpointOf(lab).linkDown();
    await lab.until('link-down', {after: stopped});
    await endpointOf(lab).linkUp();
    const failed = await lab.until('radius-server-failed', {after: stopped});
    t.like(failed, {server: 'psn1', next: 'psn2'});
    const authorized = await lab.until('session-authorized', {after: failed});
    t.is(authorized.server, 'psn2');
    await lab.until('eap-succeeded', {after: authorized.atMs - 1});
  }),
);

function withDot1x(dot1x: Partial<Dot1xSettings>) {
  return (healthy: LabSettings): LabSettings => ({
    ...healthy,
    auth: 'dot1x',
    dot1x: {...healthy.dot1x, ...dot1x},
  });
}
