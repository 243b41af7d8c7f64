import {endpointOf} from '#harness/endpoint-handle.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {replicated} from '#harness/replicated.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {topology} from '#topologies/two-psn.ts';

export const sessionTermination: Scenario = {
  name: 'session-termination',
  claim:
    'after an administrator ends the session, the endpoint is back as Unknown while its agent still believes Compliant',
  why: 'the gap that state synchronization was made for: a change on ISE is invisible to the agent (TAC 222483; domain.md 11.12a)',
  topology,
  settings: healthy => ({...healthy, profile: {xml: null, fields: {NetworkTransitionDelay: '30'}}}), // it is over before the first poll

  async play(lab) {
    const endpoint = endpointOf(lab);
    const {installed} = await becomesCompliant(lab);

    const asked = lab.nowMs();
    await psnOf(lab).endSession(endpoint.mac);
    await lab.until('coa-sent', {where: {packet: 'Disconnect-Request'}, after: asked});
    await lab.until('coa-acknowledged', {where: {packet: 'Disconnect-Request'}, after: asked});
    const ended = await lab.until('session-ended', {after: asked});
    const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: ended});
    await replicated(lab, unknown.sessionId);
    const agent = await endpoint.view();

    expect(lab, ended.sessionId === installed.sessionId, 'it is the Compliant session that ends');
    expect(lab, unknown.sessionId !== installed.sessionId, 'the endpoint comes back with a new audit-session-id');
    const believes = agent.status === 'Compliant' || lab.timeline.of('discovery-restarted').length > 0;
    expect(lab, believes, 'nothing but a probe tells the agent');
    expect(lab, lab.timeline.of('network-changed', {change: 'link-down'}).length === 0, 'the link stays up');
    const psn = await psnOf(lab).view();
    const session = psn.sessions.find(candidate => candidate.sessionId === unknown.sessionId);
    expect(lab, session !== undefined, 'the PSN knows the new session');
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
  },
};
