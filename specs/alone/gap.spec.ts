// The gap meter knocks through the switch beside the agent. Here somebody makes the hole on purpose and knows how long it is.
import test from 'ava';
import {measureGap} from '#harness/gap.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {becomesCompliant, isUnknownAcl} from '#harness/scenarios/becomes-compliant.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const heldMs = 400;
/** What the meter may add to what it says of itself (`resolutionMs`, at each of two edges): the kernel's way to our ears. */
const toleranceMs = 10;

test.serial(
  'a hole of known length is measured to within 10 ms and what the meter says of its own resolution',
  inLab(
    {
      settings: healthy => ({...healthy, timeScale: 1}),
      prepare: lab => nadOf(lab).hold('acl-install'),
    },
    async (t, lab) => {
      const nad = nadOf(lab);
      await lab.until('gate-reached', {where: {step: 'acl-install'}});
      const gap = await measureGap(lab);
      await nad.letOnePass('acl-install');
      await lab.until('acl-installed', {where: isUnknownAcl});
      const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
      await lab.elapse(heldMs);
      await nad.release('acl-install');
      const {installed} = await becomesCompliant(lab);
      const {openMs, resolutionMs} = await gap.end();

      const holeMs = installed.atMs - settled.atMs;
      t.true(holeMs >= heldMs);
      t.true(Math.abs(openMs - holeMs) <= toleranceMs + resolutionMs, `hole ${holeMs} ms, measured ${openMs} ms`);
      t.log(`hole ${holeMs.toFixed(1)} ms, measured ${openMs} ms, resolution ${resolutionMs} ms`);
    },
  ),
);
