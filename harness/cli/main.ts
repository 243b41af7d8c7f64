import process, {argv, stderr, stdout} from 'node:process';
import {Command, CommanderError} from 'commander';
import {exitCodeOf, exitCodes} from '#harness/cli/exit.ts';
import {paletteFor} from '#harness/cli/output.ts';

/** Verbs in the order of the help. Only the one that is called gets loaded: `acl` must not wait for what `deploy` needs. */
const verbs: Record<string, () => Promise<() => Command>> = {
  deploy: async () => (await import('#harness/cli/verbs/deploy.ts')).deployVerb,
  destroy: async () => (await import('#harness/cli/verbs/destroy.ts')).destroyVerb,
  inspect: async () => (await import('#harness/cli/verbs/inspect.ts')).inspectVerb,
  exec: async () => (await import('#harness/cli/verbs/exec.ts')).execVerb,
  console: async () => (await import('#harness/cli/verbs/console.ts')).consoleVerb,
  logs: async () => (await import('#harness/cli/verbs/logs.ts')).logsVerb,
  forward: async () => (await import('#harness/cli/verbs/forward.ts')).forwardVerb,
  capture: async () => (await import('#harness/cli/verbs/capture.ts')).captureVerb,
  impair: async () => (await import('#harness/cli/verbs/impair.ts')).impairVerb,
  clock: async () => (await import('#harness/cli/verbs/clock.ts')).clockVerb,
  run: async () => (await import('#harness/cli/verbs/run.ts')).runVerb,
  replay: async () => (await import('#harness/cli/verbs/replay.ts')).replayVerb,
  race: async () => (await import('#harness/cli/verbs/race.ts')).raceVerb,
  explore: async () => (await import('#harness/cli/verbs/explore.ts')).exploreVerb,
  explain: async () => (await import('#harness/cli/verbs/explain.ts')).explainVerb,
  fleet: async () => (await import('#harness/cli/verbs/fleet.ts')).fleetVerb,
  acl: async () => (await import('#harness/cli/verbs/acl.ts')).aclVerb,
  validate: async () => (await import('#harness/cli/verbs/validate.ts')).validateVerb,
  doctor: async () => (await import('#harness/cli/verbs/doctor.ts')).doctorVerb,
  demo: async () => (await import('#harness/cli/verbs/demo.ts')).demoVerb,
};

const program = new Command('posturelab')
  .description('Network emulation test harness for Cisco ISE Posture State Synchronization')
  .exitOverride()
  .showHelpAfterError('(add --help for what is possible)')
  .enablePositionalOptions();
const called = Object.hasOwn(verbs, argv[2] ?? '') ? [verbs[argv[2] ?? '']] : Object.values(verbs);
for (const load of called) {
  const verb = await load?.();
  if (verb) program.addCommand(verb().exitOverride());
}

// Whoever read our output, such as `head`, has enough of it: no error, and nobody left to tell. An answer that was no stays one.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? exitCodes.done);
});

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
