import {stdout} from 'node:process';
import {Command} from 'commander';
import {exitCodes} from '#harness/cli/exit.ts';
import {paletteFor, print, printJson} from '#harness/cli/output.ts';
import {type DoctorCheck, examine} from '#harness/doctor.ts';

export function doctorVerb(): Command {
  return new Command('doctor')
    .description('what this machine has and lacks, and the command that gives it')
    .option('--json', 'print one JSON document')
    .action(async (options: {json?: boolean}) => {
      const checks = await examine();
      const ok = checks.every(check => check.neededFor !== 'labs' || check.outcome.kind === 'ok');
      if (options.json) printJson({ok, checks});
      else for (const check of checks) print(describe(check));
      process.exitCode = ok ? exitCodes.done : exitCodes.environment;
    });
}

function describe({name, purpose, neededFor, outcome}: DoctorCheck): string {
  const {good, bad, quiet} = paletteFor(stdout);
  if (outcome.kind === 'ok') return `${good('✔')} ${name}  ${quiet(outcome.found)}`;
  const mark = outcome.kind === 'missing' ? bad('✘') : quiet('?');
  return `${mark} ${name}  ${outcome.found}\n    ${purpose}; needed for ${neededFor}\n    ${outcome.remedy}`;
}
