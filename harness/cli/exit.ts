/** Exit codes, the same for every verb (design.md 4). */
export const exitCodes = {
  done: 0,
  /** The answer is no: a scenario failed, a dACL has errors. */
  no: 1,
  /** The call was wrong. */
  usage: 2,
  /** The environment lacks something; the message names the fix. */
  environment: 3,
} as const;

/** The call was wrong: an unknown lab, a bad value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const usageErrors = new Set([
  'UsageError',
  'SetOptionError',
  'TopologyError',
  'ProfileXmlError',
  'NoSuchNodeError',
  'NoSuchLinkError',
  'ImpairmentError',
  'LabExistsError',
  'NoSuchLabError',
]);
const environmentErrors = new Set(['EnvironmentError']);

/** The exit code that an error of a verb means. Errors of the engine's connection are the environment's. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return exitCodes.no;
  if (usageErrors.has(error.name)) return exitCodes.usage;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'open') return exitCodes.usage; // of a file that was named
  if (environmentErrors.has(error.name) || code === 'ECONNREFUSED' || code === 'EACCES') return exitCodes.environment;
  return exitCodes.no;
}
