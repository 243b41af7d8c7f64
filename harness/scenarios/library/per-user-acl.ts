/** Lists that come entry by entry in the Access-Accept, and not by name (Cisco's per-user ACL). */
import {caughtUp} from '#harness/caught-up.ts';
import type {Lab} from '#harness/lab.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {sessionDetails} from '#harness/scenarios/session-details.ts';
import {isPerUserAcl} from '#protocol/dacl/name.ts';
import {topology} from '#topologies/dual-stack.ts';

export const perUserAcl: Scenario = {
  name: 'per-user-acl',
  claim:
    'lists that stand in the Access-Accept itself, of both families, are in force as downloaded ones are: every poll meets silence',
  why: 'ISE’s advanced attributes send ip:inacl# and ipv6:inacl# as well; what matters is that 8449 is denied (domain.md 8.4)',
  topology,
  settings: healthy => ({
    ...healthy,
    psn: {...healthy.psn, aclDelivery: 'perUser'},
    profile: {xml: null, fields: {StateSyncProbeInterval: '3', NetworkTransitionDelay: '10'}},
    timeScale: 5, // as in dual-stack.ts
  }),
  async play(lab) {
    const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
    const authorized = await lab.until('session-authorized', {after: settled});
    const {targets} = await lab.until('sync-started', {after: settled});
    await lab.until('sync-round-finished', {where: {round: 2}, after: settled});
    await caughtUp(lab);
    const details = await sessionDetails(lab);

    expect(lab, lab.timeline.of('acl-download-started').length === 0, 'nothing is downloaded');
    expect(lab, authorized.acl !== null && isPerUserAcl(authorized.acl), 'the list has a name of the switch’s making');
    expect(lab, details.includes(`Per-User ACL:  ${authorized.acl}`), 'the switch shows it');
    expect(lab, details.includes(`Per-User ACL:  ${authorized.ipv6Acl}`), 'and that of IPv6');
    const met = await packetsAtDenies(lab, authorized.ipv6Acl ?? '');
    expect(lab, met >= targets.length, 'its denies met every poll');
    expect(lab, lab.timeline.of('probe-received').length === 0, 'no poll reaches a PSN');
    expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
  },
};

async function packetsAtDenies(lab: Lab, acl: string): Promise<number> {
  const lines = (lab.settings.dacl.compliantIpv6 ?? '').split('\n');
  return (await nadOf(lab).counters())
    .filter(count => count.acl === acl && count.line !== null && lines[count.line - 1]?.startsWith('deny tcp'))
    .reduce((sum, {packets}) => sum + packets, 0);
}
