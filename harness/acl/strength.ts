import type {DaclPlace} from '#harness/lab-settings.ts';
import {daclNames} from '#harness/policy-plan.ts';
import {playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {readDaclVersionName} from '#protocol/dacl/name.ts';

export interface Played {
  scenario: string;
  passed: boolean;
  message: string | undefined;
  /** Packets by line of the list. */
  packets: Map<number, number>;
}

/** Plays a scenario in the simulated world with a list in its place. */
export async function playWithAcl(
  scenario: Scenario,
  {place, text, seed}: {place: DaclPlace; text: string; seed: number},
): Promise<Played> {
  const result = await playScenario(scenario, {
    ...simulatedWorld(seed),
    seed,
    adjust: settings => ({...settings, dacl: {...settings.dacl, [place]: text}}),
  });
  const packets = new Map<number, number>();
  for (const {name, entries} of result.acls) {
    if (readDaclVersionName(name)?.name !== daclNames[place]) continue;
    for (const {line, matches} of entries) packets.set(line, (packets.get(line) ?? 0) + matches);
  }
  return {scenario: scenario.name, passed: result.passed, message: result.failure?.message, packets};
}
