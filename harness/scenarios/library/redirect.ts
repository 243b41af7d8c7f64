/** The redirect flow (domain.md 4, 5.3), and what goes wrong with it. */
import {caughtUp} from '#harness/caught-up.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {topology} from '#topologies/two-psn.ts';

/** The lab's redirect flow, with changes. */
export const redirecting =
  (changes: Partial<LabSettings['redirect']> = {}) =>
  (healthy: LabSettings): LabSettings => ({
    ...healthy,
    redirect: {...healthy.redirect, enabled: true, ...changes},
  });

export const redirect: Scenario[] = [
  {
    name: 'redirect',
    claim: 'the switch redirects the agent to the PSN of its session; once it is Compliant the redirect is gone',
    why: 'domain.md 4.2, 5.3: the redirect flow, without which an agent cannot be provisioned',
    topology,
    settings: redirecting(),
    async play(lab) {
      const installed = await lab.until('redirect-installed');
      const received = await lab.until('redirect-received', {after: installed});
      const found = await lab.until('psn-found', {after: received});
      const session = await nadOf(lab).cli('show authentication sessions interface Fa0/12 details');
      await becomesCompliant(lab, found);
      await lab.until('redirect-withdrawn', {after: installed});
      const round = await lab.until('sync-round-finished');
      await caughtUp(lab);

      expect(lab, received.url.includes(`sessionId=${installed.sessionId}`), 'the URL names the session');
      expect(lab, found.sessionId === installed.sessionId && found.psn === 'psn1.posturelab.test', 'psn1 has it');
      expect(lab, lab.timeline.of('stage-two-started').length === 0, 'stage 2 is not needed');
      expect(lab, session.includes(received.url) || session.includes('Posture_Compliant'), 'the CLI shows the URL');
      expect(lab, lab.timeline.of('acl-installed', isCompliantAcl).length > 0 && !round.answered, 'probes are blocked');
    },
  },
];
