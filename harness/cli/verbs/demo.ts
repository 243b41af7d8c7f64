import {stdout} from 'node:process';
import {Command} from 'commander';
import {exitCodes} from '#harness/cli/exit.ts';
import {paletteFor, print, say} from '#harness/cli/output.ts';
import {openContainerWorld} from '#harness/containers/world.ts';
import {tellStory} from '#harness/narrator.ts';
import {playScenario} from '#harness/run-scenario.ts';
import {missingDeny} from '#harness/scenarios/missing-deny.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';

export function demoVerb(): Command {
  return new Command('demo')
    .description('the main story, told while it happens: a lost session repaired, then the missing deny')
    .option('--artifacts <folder>', 'where the evidence goes', 'artifacts/demo')
    .action(async (options: {artifacts: string}) => {
      const palette = paletteFor(stdout);
      print(picture);
      await using world = await openContainerWorld({say, artifacts: options.artifacts});
      let evidence = '';
      let allPassed = true;
      for (const scenario of [rediscovery, missingDeny]) {
        print(`\n${palette.good('▶')} ${scenario.claim}\n  ${palette.quiet(scenario.why)}\n`);
        const result = await playScenario(scenario, {
          openLab: world.openLab,
          seed: 1,
          onLab: async lab => tellStory(lab.timeline, print, palette),
          saveEvidence: world.saveEvidence,
          onEnd: async lab => {
            evidence = await world.saveEvidence(lab);
          },
        });
        allPassed &&= result.passed;
        print(
          result.passed
            ? `\n${palette.good('✔ as it should be')}`
            : `\n${palette.bad('✘ it came out otherwise:')} ${result.failure?.message}`,
        );
        print(palette.quiet(`  evidence: ${evidence}`));
      }
      print(`\nNext: node_modules/.bin/posturelab run all · posturelab deploy · posturelab console two-psn nad`);
      process.exitCode = allPassed ? exitCodes.done : exitCodes.no;
    });
}

const picture = `
                                      ┌── gi0-1 ── psn1  10.10.1.11
  endpoint ────── fa0-12 ────── nad ──┤                              polls on TCP 8449:
  192.168.255.193      the dACL lives here                           blocked  = healthy
                                      └── gi0-2 ── psn2  10.10.2.12  Unknown  = session lost
                                                                     Compliant = deny missing`;
