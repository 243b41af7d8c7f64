// Every spec of specs/flows, as it stands, in virtual time: the scenarios, the truth table of domain.md 3.10, the interleavings of
// 7.3, and what happens beside the good path; and those of 802.1X.
import {globSync} from 'node:fs';
import {env} from 'node:process';

env['POSTURELAB_WORLD'] = 'simulated';
for (const file of globSync([
  'specs/flows/*.spec.ts',
  'specs/alone/gap.spec.ts',
  'specs/access/{dot1x,dot1x-stories}.spec.ts',
]).sort())
  await import(`#${file}`);
