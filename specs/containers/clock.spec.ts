// `posturelab clock`: another program sets the clock of a running lab's node.
import test from 'ava';
import {nadOf} from '#harness/nad-handle.ts';
import {labEpochS} from '#harness/psn-handle.ts';
import {posturelab} from '#specs/containers/posturelab.ts';
import {inLab} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/single-psn.ts';

test(
  'clock sets a node’s clock ahead or behind, and refuses, with 2, what it cannot do',
  inLab({topology}, async (t, lab) => {
    const set = await posturelab('clock', lab.name, 'nad', '--json', '--', '-10m');
    t.is(set.exitCode, 0, set.stderr);
    t.deepEqual(JSON.parse(set.stdout), {lab: lab.name, node: 'nad', offsetMs: -600_000});
    await lab.until('clock-set', {where: {offsetMs: -600_000}});
    t.is((await nadOf(lab).view()).labEpochMs, labEpochS * 1000 - 600_000);

    for (const [args, reason] of [
      [['nad', 'late'], /expected how far the clock is off, such as \+90s/],
      [['psn9', '1m'], /the lab has no node psn9/],
    ] as const) {
      const {exitCode, stdout, stderr} = await posturelab('clock', lab.name, ...args);
      t.is(exitCode, 2, stderr);
      t.is(stdout, '');
      t.regex(stderr, reason);
    }
    t.is(lab.timeline.of('clock-set').length, 1);
  }),
);
