import {argv, stderr} from 'node:process';
import {Command, CommanderError} from 'commander';
import {exitCodeOf, exitCodes} from '#harness/cli/exit.ts';
import {paletteFor} from '#harness/cli/output.ts';
import {aclVerb} from '#harness/cli/verbs/acl.ts';
import {captureVerb} from '#harness/cli/verbs/capture.ts';
import {consoleVerb} from '#harness/cli/verbs/console.ts';
import {demoVerb} from '#harness/cli/verbs/demo.ts';
import {deployVerb} from '#harness/cli/verbs/deploy.ts';
import {destroyVerb} from '#harness/cli/verbs/destroy.ts';
import {doctorVerb} from '#harness/cli/verbs/doctor.ts';
import {execVerb} from '#harness/cli/verbs/exec.ts';
import {forwardVerb} from '#harness/cli/verbs/forward.ts';
import {inspectVerb} from '#harness/cli/verbs/inspect.ts';
import {logsVerb} from '#harness/cli/verbs/logs.ts';
import {runVerb} from '#harness/cli/verbs/run.ts';
import {validateVerb} from '#harness/cli/verbs/validate.ts';

const program = new Command('posturelab')
  .description('Network emulation test harness for Cisco ISE Posture State Synchronization')
  .exitOverride()
  .showHelpAfterError('(add --help for what is possible)')
  .enablePositionalOptions();
for (const verb of [
  deployVerb,
  destroyVerb,
  inspectVerb,
  execVerb,
  consoleVerb,
  logsVerb,
  forwardVerb,
  captureVerb,
  runVerb,
  aclVerb,
  validateVerb,
  doctorVerb,
  demoVerb,
]) {
  program.addCommand(verb().exitOverride());
}

try {
  await program.parseAsync(argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    stderr.write(`${paletteFor(stderr).bad('posturelab:')} ${message}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
