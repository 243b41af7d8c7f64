// ISE wants a Compliant endpoint's dACL to deny every PSN's probe port before anything permits it (TAC 222483). These are the
// ways in which it does not.
import test from 'ava';
import {endpointOf} from '#harness/endpoint-handle.ts';
import type {Lab} from '#harness/lab.ts';
import {callHomeList} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {profileXml} from '#harness/profile-xml.ts';
import {adminOf} from '#harness/psn-handle.ts';
import {missingDeny, postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {playsAlike} from '#specs/flows/in-lab.ts';
import {inTurns} from '#specs/flows/in-turns.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};

test(missingDeny.claim, playsAlike(missingDeny));

const save = (compliant: string) => (lab: Lab) => adminOf(lab).saveDacl(daclNames.compliant, compliant);
const inTurn = inTurns({});

test(
  'a deny for psn1 only: the backup probe gets through, and the alarm names psn2',
  inTurn(async (t, lab, {settled}) => {
    const raised = await lab.until('alarm-raised', {...alarm, after: settled});
    const disabled = await lab.until('sync-disabled', {after: settled});

    t.is(raised.details['Server'], 'psn2');
    t.is(disabled.target, 'psn2.posturelab.test');
    const blocked = lab.timeline.of('probe-blocked', event => event.atMs > settled.atMs);
    t.deepEqual(
      blocked.map(({target}) => target),
      ['psn1.posturelab.test'],
    );
  }, save('deny tcp any host 10.10.1.11 eq 8449\npermit ip any any')),
);

test(
  'a permit above the denies makes them dead: the alarm comes and the denies count nothing',
  inTurn(
    async (t, lab, {settled}) => {
      await lab.until('alarm-raised', {...alarm, after: settled});

      const shown = String(await lab.call('nad', {name: 'cli', ...{line: 'show access-lists'}}));
      const denies = shown.split('\n').filter(line => line.includes('deny tcp any host'));
      t.is(denies.length, 2);
      t.true(
        denies.every(line => !line.includes('match')),
        shown,
      );
    },
    lab => save(`permit ip any any\n${lab.settings.dacl.compliant}`)(lab),
  ),
);

for (const [name, value] of [
  ['0', '0'],
  ['absent', null],
] as const) {
  test(
    `with the probe interval ${name} nothing is probed and nothing is raised, although the deny is missing`,
    inTurn(
      async (t, lab, {settled}) => {
        const off = await lab.until('sync-off', {after: settled});
        await lab.elapse(12_000); // longer than delay and interval of every other spec

        t.is(off.reason, name === '0' ? 'interval-zero' : 'interval-absent');
        t.deepEqual(
          lab.timeline.of('probe-sent', event => event.atMs > settled.atMs),
          [],
        );
        t.deepEqual(
          lab.timeline.of('alarm-raised', event => event.atMs > settled.atMs),
          [],
        );
        t.is((await endpointOf(lab).view()).sync.state, 'OFF');
      },
      async lab => {
        await save('permit ip any any')(lab);
        await endpointOf(lab).replaceProfile(
          profileXml({xml: null, fields: {StateSyncProbeInterval: value}}, callHomeList(lab.topology)),
        );
      },
    ),
  );
}

const moved = (text: string) => text.replaceAll('8449', '8500');
const inPortalLab = inTurns({
  settings: healthy => ({
    ...healthy,
    psn: {...healthy.psn, probePort: 8500},
    dacl: {...healthy.dacl, unknown: moved(healthy.dacl.unknown)},
  }),
});

test(
  'a custom portal on 8500 with denies for 8449: the deny on the wrong port protects nothing',
  inPortalLab(async (t, lab, {settled}) => {
    await lab.until('alarm-raised', {...alarm, after: settled});
    const answered = await lab.until('probe-answered', {after: settled});

    t.is(answered.status, 'Compliant');
    t.true(lab.timeline.of('probe-sent').every(probe => probe.port === 8500));
  }),
);

test(
  'a custom portal on 8500 with denies for 8500: healthy',
  inPortalLab(
    async (t, lab, {settled}) => {
      const round = await lab.until('sync-round-finished', {after: settled});

      t.false(round.answered);
      t.deepEqual(
        lab.timeline.of('alarm-raised', event => event.atMs > settled.atMs),
        [],
      );
    },
    lab => save(moved(lab.settings.dacl.compliant))(lab),
  ),
);
