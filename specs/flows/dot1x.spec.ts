// 802.1X from end to end: who gets in, who does not, and what supplicant, switch and policy node say about it.
import test from 'ava';
import type {Dot1xSettings} from '#harness/dot1x-settings.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import type {LiveLogEntry} from '#protocol/psn/contract.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology as singlePsn} from '#topologies/single-psn.ts';

const user = 'TRAINING\\bob';

for (const eap of ['peap', 'tls'] as const) {
  test.serial(
    `a user authenticated by ${eap} becomes Compliant, and the session is listed as in TAC 222483`,
    inLab({settings: withDot1x({eap})}, async (t, lab) => {
      const {installed} = await becomesCompliant(lab);
      const succeeded = await lab.until('eap-succeeded', {after: installed.atMs - 1});
      t.true(succeeded.atMs >= installed.atMs, 're-authentication ends for the supplicant when the dACL is in force');

      const details = await nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
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

const refusals: {what: string; dot1x: Partial<Dot1xSettings>; untrusted?: string[]; reason: string}[] = [
  {what: 'a wrong password', dot1x: {password: 'wrong'}, reason: '22040 '},
  {what: 'an expired certificate', dot1x: {eap: 'tls', clientCertificate: 'expired'}, reason: '12516 '},
  {what: 'a certificate of an unknown CA', dot1x: {eap: 'tls', clientCertificate: 'unknown-ca'}, reason: '12514 '},
  {what: 'no trust in the policy node, PEAP', dot1x: {}, untrusted: ['psn1'], reason: '12321 '},
  {what: 'no trust in the policy node, EAP-TLS', dot1x: {eap: 'tls'}, untrusted: ['psn1'], reason: '12520 '},
];
for (const {what, dot1x, untrusted = [], reason} of refusals) {
  test.serial(
    `${what} keeps the endpoint out, and supplicant, switch and live log say so`,
    inLab({topology: singlePsn, settings: withDot1x(dot1x, {untrusted})}, async (t, lab) => {
      const rejected = await lab.until('access-rejected');
      t.true(rejected.reason.startsWith(reason), rejected.reason);
      t.is(rejected.mac, endpointOf(lab).mac);
      await lab.until('authorization-failed', {where: {reason: 'psn1 answered Access-Reject'}});
      await lab.until('eap-failed');

      const details = await nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
      t.regex(details, /^ {15}Status: {2}Unauthorized$/m);
      t.regex(details, /^ {6}mab {16}Not run\n {6}dot1x {14}Authc Failed$/m);
      t.true(
        (await rows(lab)).some(row => row.startsWith(`5400 ${user} ${reason}`)),
        String(await rows(lab)),
      );
      t.deepEqual(lab.timeline.of('acl-installed'), []);
    }),
  );
}

test.serial(
  'an endpoint without a supplicant is authenticated by MAB when 802.1X has timed out',
  inLab({topology: singlePsn, settings: withDot1x({supplicant: 'silent', txPeriodMs: 3000})}, async (t, lab) => {
    const timedOut = await lab.until('dot1x-timed-out');
    await lab.until('authentication-started', {where: {method: 'mab'}, after: timedOut});
    await becomesCompliant(lab);
    const details = await nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
    t.regex(details, /^ {6}mab {16}Authc Success\n {6}dot1x {14}Stopped$/m);
    t.true(
      (await rows(lab)).some(row => row.startsWith('5200 005056a8be02')),
      String(await rows(lab)),
    );
  }),
);

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

function withDot1x(dot1x: Partial<Dot1xSettings>, psn: Partial<LabSettings['psn']> = {}) {
  return (healthy: LabSettings): LabSettings => ({
    ...healthy,
    auth: 'dot1x',
    dot1x: {...healthy.dot1x, ...dot1x},
    psn: {...healthy.psn, ...psn},
  });
}

async function rows(lab: Lab): Promise<string[]> {
  const {liveLog} = await psnOf(lab).view();
  return liveLog.map(
    ({code, attributes}: LiveLogEntry) =>
      `${code} ${attributes['UserName'] ?? ''} ${attributes['Failure Reason'] ?? ''}`,
  );
}
