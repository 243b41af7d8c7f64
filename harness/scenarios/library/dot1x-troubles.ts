/** Who 802.1X keeps out, and what supplicant, switch and policy node say about it. */
import type {Dot1xSettings} from '#harness/dot1x-settings.ts';
import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {sessionDetails} from '#harness/scenarios/session-details.ts';
import {topology} from '#topologies/single-psn.ts';

export const dot1xTroubles: Scenario[] = [
  refusal('wrong-password', 'a user with a wrong password', 22040, {password: 'wrong'}),
  refusal('expired-certificate', 'a user whose certificate has expired', 12516, {
    eap: 'tls',
    clientCertificate: 'expired',
  }),
  refusal('unknown-ca', 'a user whose certificate comes from an unknown authority', 12514, {
    eap: 'tls',
    clientCertificate: 'unknown-ca',
  }),
  refusal('untrusted-server', 'a supplicant that does not trust its policy node', 12321, {}, ['psn1']),
  refusal(
    'untrusted-server-tls',
    'a supplicant with EAP-TLS that does not trust its policy node',
    12520,
    {eap: 'tls'},
    ['psn1'],
  ),
  {
    name: 'silent-supplicant',
    claim: 'an endpoint without a supplicant is authenticated by MAB when 802.1X has timed out',
    why: 'order and priority of methods (domain.md 5.1): a printer has to wait for what it cannot do',
    topology,
    settings: healthy => withDot1x(healthy, {supplicant: 'silent', txPeriodMs: 3000}),
    async play(lab) {
      const timedOut = await lab.until('dot1x-timed-out');
      await lab.until('authentication-started', {where: {method: 'mab'}, after: timedOut});
      await becomesCompliant(lab);
      const details = await sessionDetails(lab);

      expect(lab, /mab +Authc Success\n +dot1x +Stopped\n/.test(details), 'the switch lists mab as the method');
      expect(lab, (await liveLog(lab)).includes('5200 005056a8be02'), 'the live log knows a MAC for a user');
      expect(lab, lab.timeline.of('access-rejected').length === 0, 'nobody is refused');
    },
  },
  {
    name: 'mab-first',
    claim: 'with the order mab dot1x an endpoint is in by MAB at once, and its supplicant takes over when it begins',
    why: 'order and priority of methods (domain.md 5.1): 802.1X has the priority, so its EAPOL-Start is heard',
    topology,
    settings: healthy => ({
      ...withDot1x(healthy, {order: 'mab dot1x'}),
      endpoint: {...healthy.endpoint, wireless: true}, // no posture: whether it is done before EAPOL-Start would be chance
    }),
    async play(lab) {
      const mab = await lab.until('authentication-started');
      const byMab = await lab.until('session-authorized');
      const dot1x = await lab.until('authentication-started', {where: {method: 'dot1x'}});
      await lab.until('session-authorized', {after: dot1x});
      await lab.until('eap-succeeded', {after: dot1x});
      const details = await sessionDetails(lab);

      expect(lab, mab.method === 'mab', 'MAB is first');
      expect(
        lab,
        byMab.atMs < dot1x.atMs && byMab.sessionId === dot1x.sessionId,
        'the session that MAB let in is taken over',
      );
      expect(lab, /mab +Stopped\n +dot1x +Authc Success\n/.test(details), 'the switch lists dot1x as the method');
      expect(lab, details.includes(`User-Name:  ${lab.settings.dot1x.user}\n`), 'the session has the user’s name');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'no session ends');
    },
  },
];

function refusal(
  name: string,
  who: string,
  code: number,
  dot1x: Partial<Dot1xSettings>,
  untrusted: string[] = [],
): Scenario {
  return {
    name,
    claim: `${who} is kept out; the live log says ${code}, and the switch dot1x Authc Failed`,
    why: 'what an engineer looks for first (message codes of domain.md 6.7, session of 5.10)',
    topology,
    settings: healthy => withDot1x({...healthy, psn: {...healthy.psn, untrusted}}, dot1x),
    async play(lab) {
      const {user} = lab.settings.dot1x;
      const rejected = await lab.until('access-rejected');
      await lab.until('authorization-failed', {
        where: {reason: 'psn1 answered Access-Reject'},
        after: rejected.atMs - 1,
      });
      await lab.until('eap-failed');
      const details = await sessionDetails(lab);

      expect(lab, rejected.reason.startsWith(`${code} `), `the reason is ${code}`);
      expect(lab, details.includes('Status:  Unauthorized'), 'the session is not authorized');
      expect(
        lab,
        /mab +Not run\n +dot1x +Authc Failed\n/.test(details),
        'the switch lists dot1x as failed, and no mab',
      );
      const row = (await liveLog(lab)).find(line => line.startsWith(`5400 ${user} ${code} `));
      expect(lab, row !== undefined, `the live log has a 5400 with ${code} for ${user}`);
      expect(lab, lab.timeline.of('acl-installed').length === 0, 'the port stays closed');
    },
  };
}

function withDot1x(healthy: LabSettings, dot1x: Partial<Dot1xSettings>): LabSettings {
  return {...healthy, auth: 'dot1x', dot1x: {...healthy.dot1x, ...dot1x}};
}

async function liveLog(lab: Lab): Promise<string[]> {
  const {liveLog} = await psnOf(lab).view();
  return liveLog.map(({code, attributes}) =>
    [code, attributes['UserName'], attributes['Failure Reason']].filter(part => part !== undefined).join(' '),
  );
}
