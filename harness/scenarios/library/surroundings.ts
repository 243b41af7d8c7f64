/** What agents and administrators depend on besides dACLs: profile, names, accounting, the adapter, the API (domain.md 11). */
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {callHomeList} from '#harness/lab-settings.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {topology} from '#topologies/two-psn.ts';

export const surroundings: Scenario[] = [
  {
    name: 'profile-not-provisioned',
    claim: 'without a redirect nobody brings the agent its profile: the GUI says 60 s, and nothing is probed',
    why: 'row 6 of domain.md 11: what the client has counts; the fault is the provisioning (8.1)',
    topology,
    settings: healthy => ({
      ...healthy,
      profile: {xml: null, fields: {StateSyncProbeInterval: null}},
      psn: {...healthy.psn, profileFields: {StateSyncProbeInterval: '60'}},
    }),
    async play(lab) {
      await becomesCompliant(lab);
      const off = await lab.until('sync-off');
      const mismatch = await lab.until('provisioning-mismatch');
      await caughtUp(lab);
      const [psn, agent] = await Promise.all([psnOf(lab).view(), endpointOf(lab).view()]);

      expect(lab, off.reason === 'interval-absent' && agent.sync.intervalS === 0, 'the agent has no interval');
      expect(lab, psn.provisioningMismatches.includes(mismatch.mac), 'the PSN shows the mismatch');
      expect(lab, lab.timeline.of('probe-sent').length === 0, 'nothing is probed');
    },
  },
  {
    name: 'call-home-wrong',
    claim: 'a call home list of names that are no PSN’s finds no server, and synchronization is never armed',
    why: 'row 26 of domain.md 11: the call home list must be the switch’s RADIUS servers (4.5)',
    topology,
    settings: healthy => ({
      ...healthy,
      profile: {xml: null, fields: {CallHomeList: 'ise.example.com:8443,nad.posturelab.test:8443'}},
    }),
    async play(lab) {
      const authorized = await lab.until('session-authorized');
      const failed = await lab.until('discovery-target-failed', {where: {reason: 'unreachable'}, after: authorized});
      await lab.until('server-not-found', {after: failed});
      await caughtUp(lab);

      expect(lab, lab.timeline.of('psn-found').length === 0, 'no PSN is found');
      expect(lab, lab.timeline.of('sync-started').length === 0, 'synchronization is not armed');
    },
  },
  {
    name: 'accounting-missing',
    claim:
      'where no accounting tells addresses, the PSN is asked for the owner by MAC, and the other node names itself',
    why: 'row 27 of domain.md 11, and 4.4: look-up by address fails, by MAC it does not',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, accounting: false, framedIp: false},
      psn: {...healthy.psn, replication: false},
      profile: {xml: null, fields: {CallHomeList: 'psn2.posturelab.test:8443'}},
    }),
    async play(lab) {
      const answered = await lab.until('discovery-answered', {where: {found: 'peer'}});
      const found = await lab.until('psn-found');
      await becomesCompliant(lab);
      await caughtUp(lab);
      const {sessions} = await psnOf(lab).view();

      expect(lab, answered.node === 'psn2', 'psn2 is asked');
      expect(lab, found.psn === 'psn1.posturelab.test', 'the answer names psn1, which has the session');
      expect(lab, sessions.length === 1 && sessions[0]?.addresses.length === 0, 'psn1 knows no address of it');
      expect(lab, lab.timeline.of('accounting-received').length === 0, 'there is no accounting');
    },
  },
  {
    name: 'wireless-without-scan',
    claim: 'on a Wi-Fi without 802.1X the agent scans nothing and probes nothing, unless its profile says so',
    why: 'row 33 of domain.md 11: OperateOnNonDot1XWireless is 0 by default (9.2)',
    topology,
    settings: healthy => ({...healthy, endpoint: {...healthy.endpoint, wireless: true}}),
    async play(lab) {
      const endpoint = endpointOf(lab);
      const standing = await lab.until('scan-not-required');
      await lab.until('acl-installed', {where: isUnknownAcl});
      await endpoint.rescan();
      await lab.until('scan-not-required', {after: standing});
      await caughtUp(lab);
      const log = await endpoint.readLog();

      expect(lab, log.includes('System scan not required on current Wi-Fi.'), 'the log says so');
      expect(lab, lab.timeline.of('discovery-started').length === 0, 'nobody is looked for');
      expect(lab, lab.timeline.of('sync-started').length === 0, 'synchronization is not armed');

      await endpoint.replaceProfile(
        profileXml({xml: null, fields: {OperateOnNonDot1XWireless: '1'}}, callHomeList(topology)),
      );
      await becomesCompliant(lab);
    },
  },
  {
    name: 'mnt-call-misspelt',
    claim:
      'a CoA by the MnT API with a lower-case MAC, or at a node without that persona, is error 34110, and no CoA is sent',
    why: 'row 36 of domain.md 11, and 6.8',
    topology,
    async play(lab) {
      const {mac} = endpointOf(lab);
      await becomesCompliant(lab);
      const acknowledged = await lab.until('coa-acknowledged');
      const lower = await psnOf(lab, 'psn1').mnt(`CoA/Reauth/psn1/${mac.toLowerCase()}/1`);
      const elsewhere = await psnOf(lab, 'psn2').mnt(`CoA/Reauth/psn1/${mac}/1`);
      await lab.elapse(1000);
      for (const {status, body} of [lower, elsewhere])
        expect(lab, status === 500 && body.includes('<cpm-code>34110</cpm-code>'), 'the call is refused with 34110');
      expect(lab, lab.timeline.of('coa-sent').length === 1, 'no CoA but that of posture is sent');

      const right = await psnOf(lab, 'psn1').mnt(`CoA/Reauth/psn1/${mac}/1`);
      await lab.until('coa-acknowledged', {after: acknowledged});
      await caughtUp(lab);
      expect(lab, right.body.includes('<results>true</results>'), 'the right call works');
    },
  },
];
