// What happens beside the good path: a CoA that nobody answers, a PSN that is gone, secrets and certificates that do not match.
import test from 'ava';
import {caughtUp} from '#harness/caught-up.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {becomesCompliant, isCompliantAcl, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const coaAlarm = 'Dynamic Authorization Failed for Device';

test(
  'CoA lost: the switch keeps the Unknown dACL, so the probe gets through to a PSN that says Compliant: both alarms',
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        nad: {...healthy.nad, coaClients: []},
        psn: {...healthy.psn, coaTimeoutMs: 2000, coaAttempts: 2},
      }),
    },
    async (t, lab) => {
      await lab.until('posture-settled', {where: {status: 'Compliant'}});
      const unanswered = await lab.until('coa-unanswered');
      await lab.until('alarm-raised', {where: {alarm: coaAlarm}});
      await lab.until('alarm-raised', {where: {alarm: postureConfigurationDetection}});

      t.is(unanswered.packet, 'CoA-Request');
      t.deepEqual(lab.timeline.of('acl-installed', isCompliantAcl), []);
      t.true(
        lab.timeline.of('datagram-discarded').length > 0,
        'silence, not a NAK: the switch does not know this client',
      );
    },
  ),
);

for (const replication of [true, false]) {
  test(
    `psn1 dies while Compliant, replication ${replication ? 'on' : 'off'}: the deny still stands, nothing is seen, nothing is raised`,
    inLab({settings: healthy => ({...healthy, psn: {...healthy.psn, replication}})}, async (t, lab) => {
      const {shown} = await becomesCompliant(lab);
      await lab.stopNode('psn1');
      const started = await lab.until('sync-started', {after: shown});
      const round = await lab.until('sync-round-finished', {after: started});

      t.false(round.answered);
      t.deepEqual(lab.timeline.of('alarm-raised'), []);
    }),
  );

  const outcome = replication
    ? 'psn2 answers Compliant and raises the alarm'
    : 'psn2 answers Unknown: a needless restart of discovery';
  test(
    `psn1 dies while Compliant, its deny alone in the dACL, replication ${replication ? 'on' : 'off'}: ${outcome}`,
    inLab(
      {
        settings: healthy => ({
          ...healthy,
          psn: {...healthy.psn, replication},
          dacl: {...healthy.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'},
        }),
      },
      async (t, lab) => {
        await becomesCompliant(lab);
        await lab.elapse(1000); // psn1 has told psn2 whatever it is going to tell
        await lab.stopNode('psn1');
        const answered = await lab.until('probe-answered');

        t.is(answered.target, 'psn2.posturelab.test');
        t.is(answered.status, replication ? 'Compliant' : 'Unknown');
        await lab.until(replication ? 'sync-disabled' : 'discovery-restarted', {after: answered});
        await caughtUp(lab);
        t.is(lab.timeline.of('alarm-raised', {alarm: postureConfigurationDetection}).length, replication ? 1 : 0);
      },
    ),
  );
}

test(
  'psn1 is down from the start: the switch fails over to psn2, and posture works there',
  inLab(
    {
      settings: healthy => ({...healthy, nad: {...healthy.nad, radiusTimeoutMs: 1000, radiusAttempts: 2}}),
      prepare: lab => lab.stopNode('psn1'),
    },
    async (t, lab) => {
      const {installed} = await becomesCompliant(lab);

      const failed = await lab.until('radius-server-failed');
      t.like(failed, {server: 'psn1', next: 'psn2'});
      t.is(
        (await nadOf(lab).view()).sessions.find(session => session.sessionId === installed.sessionId)?.server,
        'psn2',
      );
    },
  ),
);

test(
  "a wrong shared secret is silence on both sides: no session is authorized, nothing but the closed port's ACL is in force",
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        nad: {...healthy.nad, secret: "not the PSNs' secret", radiusTimeoutMs: 1000, radiusAttempts: 2},
      }),
    },
    async (t, lab) => {
      await lab.until('radius-request-dropped');
      const failed = await lab.until('authorization-failed');

      t.is(failed.port, 'fa0-12');
      t.deepEqual(lab.timeline.of('access-accepted'), []);
      t.deepEqual(lab.timeline.of('session-authorized'), []);
      t.deepEqual(lab.timeline.of('acl-installed'), []);
    },
  ),
);

test(
  'PSN certificates that nobody trusts: discovery finds no server, synchronization is never armed',
  inLab({settings: healthy => ({...healthy, psn: {...healthy.psn, untrusted: ['psn1', 'psn2']}})}, async (t, lab) => {
    await lab.until('acl-installed', {where: isUnknownAcl});
    const failed = await lab.until('discovery-target-failed', {where: {reason: 'untrusted'}});
    await lab.until('server-not-found', {after: failed});

    t.deepEqual(lab.timeline.of('psn-found'), []);
    t.deepEqual(lab.timeline.of('probe-sent'), []);
    t.is((await endpointOf(lab).view()).status, 'Unknown');
  }),
);

test(
  'an endpoint that fails a mandatory requirement is quarantined, and its probe port is closed as well',
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        endpoint: {...healthy.endpoint, facts: {...healthy.endpoint.facts, firewall: false}},
        profile: {xml: null, fields: {RemediationTimer: '1'}},
      }),
    },
    async (t, lab) => {
      const settled = await lab.until('posture-settled');
      const installed = await lab.until('acl-installed', {after: settled});

      t.is(settled.status, 'NonCompliant');
      t.regex(installed.acl, /Posture_NonCompliant/);
      t.deepEqual(lab.timeline.of('sync-started'), []);
    },
  ),
);
