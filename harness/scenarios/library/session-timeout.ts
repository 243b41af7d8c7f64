/** What the policy node's authorization profile says of time: Session-Timeout and Termination-Action (domain.md 5.3, 6.8). */
import {caughtUp} from '#harness/caught-up.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {sessionDetails} from '#harness/scenarios/session-details.ts';
import {topology} from '#topologies/two-psn.ts';

const everyMinute =
  (reauthConnectivity: LabSettings['psn']['reauthConnectivity']) =>
  (healthy: LabSettings): LabSettings => ({
    ...healthy,
    psn: {...healthy.psn, reauthTimerMs: 60_000, reauthConnectivity},
    profile: {xml: null, fields: {StateSyncProbeInterval: '60'}}, // no poll is under way when the minute is over
  });

export const sessionTimeout: Scenario[] = [
  {
    name: 'server-reauthenticates',
    claim: 'with RADIUS-Request the endpoint is authenticated anew when its time is over, and stays what it is',
    why: 'domain.md 5.3, 5.10, 6.8: the profile’s reauth timer comes before the switch’s own',
    topology,
    settings: everyMinute('RADIUS_REQUEST'),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      const details = await sessionDetails(lab);
      const started = await lab.until('authentication-started', {after: installed});
      const authorized = await lab.until('session-authorized', {after: started});
      await caughtUp(lab);

      expect(
        lab,
        /Session timeout: {2}60s \(server\), Remaining: \d+s/.test(details),
        'the switch says whose timer it is',
      );
      expect(lab, authorized.sessionId === installed.sessionId, 'it is the same session');
      expect(lab, lab.timeline.of('session-ended').length === 0, 'no session ends');
      expect(lab, lab.timeline.of('discovery-restarted').length === 0, 'the agent does not notice');
    },
  },
  {
    name: 'server-ends-session',
    claim: 'without it the session ends, and synchronization finds the new one in which nobody knows the endpoint',
    why: 'domain.md 5.3, 6.8, row 15 of 11: Termination-Action Default; a new session id, and an agent that is told nothing',
    topology,
    settings: everyMinute('DEFAULT'),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      const ended = await lab.until('session-ended', {after: installed});
      const authorized = await lab.until('session-authorized', {after: ended});
      const restarted = await lab.until('discovery-restarted', {after: ended});
      await becomesCompliant(lab, restarted);

      expect(lab, ended.cause === 'Session-Timeout', 'its time was over');
      expect(lab, authorized.sessionId !== ended.sessionId, 'the host has another session');
    },
  },
];
