import {stdout} from 'node:process';
import {Command} from 'commander';
import {exitCodes} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson} from '#harness/cli/output.ts';
import {examine} from '#harness/doctor.ts';

export function doctorVerb(): Command {
  return new Command('doctor')
    .description('what this machine has and lacks, and the command that gives it')
    .option('--json', 'print one JSON document')
    .action(async (options: {json?: boolean}) => {
      const findings = await examine();
      const ok = findings.every(finding => finding.ok || !finding.required);
      if (options.json) {
        printJson({ok, findings});
      } else {
        const {good, bad, quiet} = paletteFor(stdout);
        for (const {name, ok, required, found, neededFor, fix} of findings) {
          print(
            `${ok ? good('✔') : required ? bad('✘') : quiet('○')} ${name}: ${found}${ok ? '' : `\n    needed for ${neededFor}\n    ${fix}`}`,
          );
        }
      }
      process.exitCode = ok ? exitCodes.done : exitCodes.environment;
    });
}
