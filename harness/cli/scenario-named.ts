import {UsageError} from '#harness/cli/exit.ts';
import {meantInstead} from '#harness/meant-instead.ts';
import type {Scenario} from '#harness/scenario.ts';

/** Throws `UsageError` with the name that was meant, or with all. */
export function scenarioNamed(name: string, known: readonly Scenario[]): Scenario {
  const scenario = known.find(candidate => candidate.name === name);
  if (scenario) return scenario;
  const names = known.map(candidate => candidate.name);
  throw new UsageError(`there is no scenario ${name}; ${meantInstead(name, names)}`);
}
