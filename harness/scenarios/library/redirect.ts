/** The redirect flow (domain.md 4, 5.3), and what goes wrong with it. */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {sessionDetails} from '#harness/scenarios/session-details.ts';
import {topology} from '#topologies/two-psn.ts';

/** The lab's redirect flow, with changes. */
export const redirecting =
  (changes: (redirect: LabSettings['redirect']) => Partial<LabSettings['redirect']> = () => ({})) =>
  (healthy: LabSettings): LabSettings => ({
    ...healthy,
    redirect: {...healthy.redirect, enabled: true, ...changes(healthy.redirect)},
  });

export const redirect: Scenario[] = [
  {
    name: 'redirect',
    claim: 'the switch redirects the agent to the PSN of its session; once it is Compliant the redirect is gone',
    why: 'domain.md 4.2, 5.3: the redirect flow, in which the URL names PSN and session',
    topology,
    settings: redirecting(),
    async play(lab) {
      await psnOf(lab).hold('coa');
      const installed = await lab.until('redirect-installed');
      const received = await lab.until('redirect-received', {after: installed});
      const found = await lab.until('psn-found', {after: received});
      const redirected = await sessionDetails(lab);
      await lab.until('gate-reached', {where: {step: 'coa'}});
      await psnOf(lab).release('coa');
      await becomesCompliant(lab);
      await lab.until('redirect-withdrawn', {after: installed});
      const free = await sessionDetails(lab);
      const round = await lab.until('sync-round-finished');
      await caughtUp(lab);

      expect(lab, received.url.includes(`sessionId=${installed.sessionId}`), 'the URL names the session');
      expect(lab, found.sessionId === installed.sessionId && found.psn === 'psn1.posturelab.test', 'psn1 has it');
      expect(lab, lab.timeline.of('stage-two-started').length === 0, 'stage 2 is not needed');
      expect(lab, redirected.includes(`URL Redirect:  ${received.url}`), 'the switch shows the URL');
      expect(lab, redirected.includes('URL Redirect ACL:  ACL-POSTURE-REDIRECT'), 'and the name of the list');
      expect(lab, !free.includes('URL Redirect'), 'it shows none when the endpoint is Compliant');
      expect(lab, !round.answered, 'the probe is blocked');
    },
  },
  {
    name: 'profile-provisioned',
    claim: 'an agent that is redirected fetches its profile from the portal, and goes by it',
    why: 'domain.md 4.1, 8.1: client provisioning, which needs a redirect',
    topology,
    settings: healthy => ({
      ...redirecting()(healthy),
      profile: {xml: null, fields: {StateSyncProbeInterval: null}},
      psn: {...healthy.psn, profileFields: {StateSyncProbeInterval: '20'}},
    }),
    async play(lab) {
      const provisioned = await lab.until('profile-provisioned');
      await becomesCompliant(lab, provisioned);
      const started = await lab.until('sync-started');
      await endpointOf(lab).restartService();
      const again = await lab.until('service-started', {after: started});
      await lab.until('status-shown', {where: {status: 'Compliant'}, after: again});
      await caughtUp(lab);

      expect(lab, started.intervalMs === 20_000, 'the interval is the portal’s');
      expect(lab, again.intervalS === 20, 'and it is on the disk');
      expect(lab, lab.timeline.of('provisioning-mismatch').length === 0, 'nothing is left to complain of');
    },
  },
  {
    name: 'custom-portal',
    claim: 'an agent that is led to a custom portal probes that portal’s own port: denies for 8449 do not help',
    why: 'row 11 of domain.md 11: custom portals have their own bidirectional port (8.3, TAC 222483)',
    topology,
    settings: healthy => {
      const open = (port: number) => healthy.dacl.unknown.replaceAll('8449', String(port));
      return {
        ...redirecting(() => ({portalPort: 8444, bidirectionalPort: 8500}))(healthy),
        dacl: {...healthy.dacl, unknown: `${open(8444)}\n${open(8500)}`.replace(/^deny ip any any$/m, '')},
      };
    },
    async play(lab) {
      const received = await lab.until('redirect-received');
      const raised = await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});
      await lab.until('sync-disabled', {after: raised.atMs - 1000});
      await caughtUp(lab);

      expect(lab, received.url.startsWith('https://psn1.posturelab.test:8444/'), 'the URL has the portal’s port');
      const ports = lab.timeline.of('probe-sent').map(({port}) => port);
      expect(lab, ports.length > 0 && ports.every(port => port === 8500), 'probes go to the portal’s own port');
    },
  },
  {
    name: 'probe-port-redirected',
    claim: 'a redirect list that permits the probe port catches the probe: a lost session is not seen',
    why: 'row 24 of domain.md 11: in a redirect list permit means redirect, and TLS finds no PSN behind it',
    topology,
    settings: redirecting(({acl}) => ({acl: `permit tcp any any eq 8449\n${acl}`})),
    async play(lab) {
      const endpoint = endpointOf(lab);
      const {installed} = await becomesCompliant(lab);
      await psnOf(lab).endSession(endpoint.mac);
      const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: installed});
      const caught = await lab.until('redirect-installed', {after: unknown.atMs - 1});
      const first = await lab.until('sync-round-finished', {after: caught});
      const second = await lab.until('sync-round-finished', {after: first});
      const blocked = lab.timeline.of('probe-blocked').filter(({atMs}) => atMs > first.atMs);
      expect(lab, !second.answered, 'a round gets no answer from a PSN');
      expect(lab, blocked.length > 0 && blocked.every(({reason}) => reason === 'broken'), 'TLS breaks off');
      expect(lab, lab.timeline.of('discovery-restarted').length === 0, 'the agent notices nothing');

      await endpoint.linkDown();
      await endpoint.linkUp();
      await becomesCompliant(lab, second);
      await caughtUp(lab);
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  },
  {
    name: 'redirect-list-misnamed',
    claim: 'where the switch has no list of the name that the PSN sends, nothing is redirected, and stage 2 must do',
    why: 'row 25 of domain.md 11: the name must match exactly (5.3)',
    topology,
    settings: redirecting(({aclName}) => ({nadAclName: aclName.toLowerCase()})),
    async play(lab) {
      const missing = await lab.until('redirect-acl-missing');
      await lab.until('stage-two-started', {after: missing});
      await becomesCompliant(lab);
      await caughtUp(lab);

      expect(lab, lab.timeline.of('redirect-received').length === 0, 'nothing is redirected');
    },
  },
  {
    name: 'redirect-list-misnamed-without-call-home',
    claim: 'where nothing is redirected and the profile names no PSN, the agent finds no server',
    why: 'row 25 of domain.md 11: without redirect there is the call home list, and nothing else (4.3)',
    topology,
    settings: healthy => ({
      ...redirecting(({aclName}) => ({nadAclName: aclName.toLowerCase()}))(healthy),
      profile: {xml: null, fields: {CallHomeList: null}},
    }),
    async play(lab) {
      const missing = await lab.until('redirect-acl-missing');
      await lab.until('server-not-found', {after: missing});
      await caughtUp(lab);

      expect(lab, lab.timeline.of('psn-found').length === 0, 'no PSN is found');
      expect(lab, lab.timeline.of('sync-started').length === 0, 'synchronization is not armed');
    },
  },
];
