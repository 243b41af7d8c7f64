// ISE wants a Compliant endpoint's dACL to deny every PSN's probe port before anything permits it (TAC 222483). These are the
// ways in which it does not.
import test from 'ava';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {missingDeny, postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {inLab, plays} from '#specs/flows/in-lab.ts';

const alarm = {where: {alarm: postureConfigurationDetection}};

test.serial(missingDeny.claim, plays(missingDeny));

test.serial(
  'a deny for psn1 only: the backup probe gets through, and the alarm names psn2',
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        dacl: {...healthy.dacl, compliant: 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any'},
      }),
    },
    async (t, lab) => {
      await becomesCompliant(lab);
      const raised = await lab.until('alarm-raised', alarm);
      const disabled = await lab.until('sync-disabled');

      t.is(raised.details['Server'], 'psn2');
      t.is(disabled.target, 'psn2.posturelab.test');
      t.is(lab.timeline.of('probe-blocked', {target: 'psn1.posturelab.test'}).length, 1);
    },
  ),
);

test.serial(
  'a permit above the denies makes them dead: the alarm comes and the denies count nothing',
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        dacl: {...healthy.dacl, compliant: `permit ip any any\n${healthy.dacl.compliant}`},
      }),
    },
    async (t, lab) => {
      await becomesCompliant(lab);
      await lab.until('alarm-raised', alarm);

      const shown = String(await lab.call('nad', {name: 'cli', ...{line: 'show access-lists'}}));
      const denies = shown.split('\n').filter(line => line.includes('deny tcp any host'));
      t.is(denies.length, 2);
      t.true(
        denies.every(line => !line.includes('match')),
        shown,
      );
    },
  ),
);

test.serial(
  'a custom portal on 8500 with denies for 8449: the deny on the wrong port protects nothing',
  inLab(
    {
      settings: healthy => ({
        ...healthy,
        psn: {...healthy.psn, probePort: 8500},
        dacl: {...healthy.dacl, unknown: healthy.dacl.unknown.replaceAll('8449', '8500')},
      }),
    },
    async (t, lab) => {
      await becomesCompliant(lab);
      await lab.until('alarm-raised', alarm);
      const answered = await lab.until('probe-answered');

      t.is(answered.status, 'Compliant');
      t.true(lab.timeline.of('probe-sent').every(probe => probe.port === 8500));
    },
  ),
);

test.serial(
  'a custom portal on 8500 with denies for 8500: healthy',
  inLab(
    {
      settings: healthy => {
        const moved = (text: string) => text.replaceAll('8449', '8500');
        const dacl = {
          compliant: moved(healthy.dacl.compliant),
          nonCompliant: moved(healthy.dacl.nonCompliant),
          unknown: moved(healthy.dacl.unknown),
        };
        return {...healthy, psn: {...healthy.psn, probePort: 8500}, dacl};
      },
    },
    async (t, lab) => {
      await becomesCompliant(lab);
      const round = await lab.until('sync-round-finished');

      t.false(round.answered);
      t.deepEqual(lab.timeline.of('alarm-raised'), []);
    },
  ),
);

for (const [name, value] of [
  ['0', '0'],
  ['absent', null],
] as const) {
  test.serial(
    `with the probe interval ${name} nothing is probed and nothing is raised, although the deny is missing`,
    inLab(
      {
        settings: healthy => ({
          ...healthy,
          dacl: {...healthy.dacl, compliant: 'permit ip any any'},
          profile: {xml: null, fields: {StateSyncProbeInterval: value}},
        }),
      },
      async (t, lab) => {
        await becomesCompliant(lab);
        const off = await lab.until('sync-off');
        await lab.elapse(12_000); // longer than delay and interval of every other spec

        t.is(off.reason, name === '0' ? 'interval-zero' : 'interval-absent');
        t.deepEqual(lab.timeline.of('probe-sent'), []);
        t.deepEqual(lab.timeline.of('alarm-raised'), []);
        t.is((await endpointOf(lab).view()).sync.state, 'OFF');
      },
    ),
  );
}
