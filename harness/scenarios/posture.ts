import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import type {LabEvent} from '#protocol/event.ts';
import {topology} from '#topologies/two-psn.ts';

export const posture: Scenario = {
  name: 'posture',
  claim: 'a healthy endpoint goes from Unknown to Compliant in one session, and the switch enforces the Compliant dACL',
  why: 'the golden path of domain.md 2.4: everything else is a way of leaving it',
  topology,

  async play(lab) {
    const unknown = await lab.until('acl-installed', {where: isUnknownAcl});
    const {settled, shown, installed} = await becomesCompliant(lab);

    const steps: LabEvent[] = [
      unknown,
      await lab.until('psn-found'),
      await lab.until('posture-reported'),
      settled,
      await lab.until('coa-sent', {where: {packet: 'CoA-Request'}}),
      await lab.until('coa-acknowledged'),
      await lab.until('access-accepted', {where: isCompliantAcl}),
      await lab.until('acl-downloaded', {where: isCompliantAcl}),
      installed,
    ];
    const sorted = steps.toSorted((a, b) => a.atMs - b.atMs);
    expect(
      lab,
      steps.every((step, index) => step === sorted[index]),
      'the steps of the golden path come in their order',
    );
    expect(lab, shown.atMs >= settled.atMs, 'the agent shows Compliant after the PSN settled it');
    expect(lab, installed.sessionId === unknown.sessionId, 're-authentication keeps the audit-session-id');

    const [agent, nad, psn] = await Promise.all([endpointOf(lab).view(), nadOf(lab).view(), psnOf(lab).view()]);
    expect(lab, agent.status === 'Compliant', 'the agent holds itself Compliant');
    expect(
      lab,
      psn.sessions.some(session => session.sessionId === installed.sessionId && session.postureStatus === 'Compliant'),
      'the PSN holds the session Compliant',
    );
    expect(
      lab,
      nad.sessions.some(
        session => session.sessionId === installed.sessionId && session.authorized && isCompliantAcl(session),
      ),
      'the switch holds the session authorized with the Compliant dACL',
    );
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
  },
};
