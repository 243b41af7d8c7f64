/** What switches and PSNs forget when they start again, and what they keep (domain.md 6.1, 6.2, 6.5). */
import {caughtUp} from '#harness/caught-up.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {expect, type Scenario} from '#harness/scenario.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {topology} from '#topologies/single-psn.ts';

export const restarts: Scenario[] = [
  switchRestart({isAnnounced: true}),
  switchRestart({isAnnounced: false}),
  {
    name: 'stale-after-reload',
    claim:
      'until a switch that was reloaded has learnt the host’s address again, the PSN finds the old session by it: the report changes nothing there, so no CoA comes, and the probe alarms',
    why: 'domain.md 6.2 (NAD reboot) and rows 13 and 21 of its section 11: Start comes without an address, so the stale session has the only one',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, ipdtDelayMs: 20_000},
      profile: {xml: null, fields: {NetworkTransitionDelay: '30'}},
    }),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await lab.until('accounting-received', {where: {status: 'Interim-Update'}});
      await nadOf(lab).reload();
      const down = await lab.until('network-changed', {where: {change: 'link-down'}, after: installed});
      await nadOf(lab).hold('ipdt'); // the delay of the settings is there again, and not long enough for a slow discovery
      const reported = await lab.until('posture-reported', {after: down});
      const raised = await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}, after: reported});
      const sessions = (await nadOf(lab).view()).sessions.map(({sessionId}) => sessionId);
      await caughtUp(lab);

      expect(lab, reported.sessionId === installed.sessionId, 'the report is bound to the session that is no more');
      const sent = lab.timeline.of('coa-sent', ({atMs}) => atMs > down.atMs);
      expect(lab, sent.length === 0, 'it was Compliant before: there is nothing to change');
      expect(lab, raised.details['Session ID'] === installed.sessionId, 'the alarm names it');
      expect(
        lab,
        !sessions.includes(installed.sessionId) && sessions.length === 1,
        'the session that is there is another',
      );
    },
  },
  psnRestart({hasLease: false}),
  psnRestart({hasLease: true}),
];

function switchRestart({isAnnounced}: {isAnnounced: boolean}): Scenario {
  return {
    name: isAnnounced ? 'switch-reload' : 'switch-power-cut',
    claim: isAnnounced
      ? 'a switch that reloads tells Accounting-Off and Accounting-On and no Stop: the PSN keeps the old session, stale, beside the new one'
      : 'a switch that loses its power tells nothing: the PSN keeps the old session, stale, beside the new one',
    why: 'domain.md 6.2 (NAD reboot), 5.2 and 5.9: new sessions have new ids, counted from 1, with an uptime that began anew; RFC 2866 5.1',
    topology,
    settings: healthy => ({...healthy, nad: {...healthy.nad, systemAccounting: isAnnounced}}),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await lab.until('session-authorized', {after: installed}); // or the power might cut it short
      if (isAnnounced) await nadOf(lab).reload();
      else {
        await lab.stopNode('nad');
        await lab.startNode('nad');
      }
      const down = await lab.until('network-changed', {where: {change: 'link-down'}, after: installed});
      const again = await becomesCompliant(lab, down);
      const {sessions} = await psnOf(lab).view();
      await caughtUp(lab);

      const told = lab.timeline.of('accounting-received').map(({status}) => status);
      const ofSwitch = told.filter(status => status.startsWith('Accounting-'));
      const expected = isAnnounced ? ['Accounting-On', 'Accounting-Off', 'Accounting-On'] : [];
      expect(lab, ofSwitch.join() === expected.join(), `of the switch itself is told: ${expected.join() || 'nothing'}`);
      expect(lab, !told.includes('Stop'), 'no Stop is told');
      const [count, uptimeMs] = [again.installed.sessionId.slice(8, 16), again.installed.sessionId.slice(16)];
      expect(lab, count === '00000001', 'the new session is the first one of this switch');
      expect(lab, uptimeMs < installed.sessionId.slice(16), 'its uptime began anew');
      const ids = sessions.map(({sessionId, postureStatus}) => `${sessionId} ${postureStatus}`);
      const known = [installed, again.installed].map(({sessionId}) => `${sessionId} Compliant`);
      expect(lab, ids.join() === known.join(), 'the PSN has both sessions, and takes both for Compliant');
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  };
}

function psnRestart({hasLease}: {hasLease: boolean}): Scenario {
  return {
    name: hasLease ? 'psn-restart-with-lease' : 'psn-restart',
    claim: hasLease
      ? 'a posture lease outlives a restart of its PSN: the session that is authenticated again is Compliant at once'
      : 'a PSN that starts again has its policy and its log, and no session: nobody notices before the next authentication, which is Unknown',
    why: 'domain.md 6.5 (PSN restart), 3.10 (blocked, so blind) and 2.5; what is kept is in its database',
    topology,
    settings: healthy => ({
      ...healthy,
      nad: {...healthy.nad, reauthIntervalMs: 60_000},
      psn: {...healthy.psn, postureLeaseMs: hasLease ? 600_000 : 0},
    }),
    async play(lab) {
      const {installed} = await becomesCompliant(lab);
      await adminOf(lab).saveDacl(daclNames.unknown, lab.settings.dacl.unknown);
      const before = await psnOf(lab).view();
      await lab.stopNode('psn1');
      await lab.startNode('psn1');
      const after = await psnOf(lab).view();
      expect(lab, before.sessions.length === 1 && after.sessions.length === 0, 'its session is gone');
      const kept = [after.policy, after.alarms, after.liveLog.slice(0, before.liveLog.length)];
      const had = [before.policy, before.alarms, before.liveLog];
      expect(lab, JSON.stringify(kept) === JSON.stringify(had), 'policy, alarms and live log are as before');

      const accepted = await lab.until('access-accepted', {after: installed});
      const created = await lab.until('session-created', {after: installed});
      const rounds = lab.timeline.of('sync-round-finished', ({atMs}) => atMs < accepted.atMs);
      expect(lab, rounds.length > 0 && rounds.every(({answered}) => !answered), 'until then every round is silent');
      expect(lab, created.sessionId === installed.sessionId, 'the switch goes on with its session');
      if (hasLease) {
        expect(lab, isCompliantAcl(accepted) && accepted.status === 'Compliant', 'it is Compliant at once');
        const round = await lab.until('sync-round-finished', {after: accepted});
        await caughtUp(lab);
        expect(lab, !round.answered && lab.timeline.of('posture-reported').length === 1, 'nobody has to report again');
      } else {
        const unknown = await lab.until('acl-installed', {where: isUnknownAcl, after: accepted});
        const version = before.policy.dacls.find(({name}) => name === daclNames.unknown)?.savedAtS.toString(16);
        expect(lab, unknown.acl.endsWith(`-${version}`), 'the dACL is the one that was saved last');
        const restarted = await lab.until('discovery-restarted', {after: unknown});
        await becomesCompliant(lab, restarted);
      }
      expect(lab, lab.timeline.of('alarm-raised').length === 0, 'nobody raises an alarm');
    },
  };
}
