import type {Lab} from '#harness/lab.ts';
import type {LabSettings} from '#harness/lab-settings.ts';
import type {ConfirmedCell} from '#harness/race/heat-map.ts';
import {type Axis, type RaceMap, type RaceQuestion, typicalMs, withAxis} from '#harness/race/race-map.ts';
import {latencyNames} from '#harness/race/race-model.ts';
import type {OpenLab} from '#harness/run-scenario.ts';
import {playScenario} from '#harness/run-scenario.ts';
import type {Scenario} from '#harness/scenario.ts';
import {isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {postureConfigurationDetection} from '#harness/scenarios/missing-deny.ts';
import {Random} from '#harness/simulator/random.ts';
import type {Topology} from '#harness/topology.ts';

export interface ConfirmOptions {
  count: number;
  topology: Topology;
  openLab: OpenLab;
  /** Told before each cell is played. */
  say: (message: string) => void;
}

/**
Plays cells of the map in a lab: as many in which the map is sure of an alarm as in which it is sure of none, chosen by the seed. A
cell is played once, with each latency at its middle; cells that chance decides are left out.
*/
export async function confirmCells(
  map: RaceMap,
  question: RaceQuestion,
  options: ConfirmOptions,
): Promise<ConfirmedCell[]> {
  const cells = chooseCells(map, options.count, question.seed);
  const confirmed: ConfirmedCell[] = [];
  for (const {row, column, expected} of cells) {
    const [xMs, yMs] = [map.x.valuesMs[column] ?? 0, map.y.valuesMs[row] ?? 0];
    options.say(`playing ${map.x.name} ${xMs} ms, ${map.y.name} ${yMs} ms: the map says ${expected}`);
    const cell = withAxis(withAxis(question, map.x, xMs), map.y, yMs);
    const scenario = cellScenario(cell, options.topology);
    const {alarms, failure} = await playScenario(scenario, {openLab: options.openLab, seed: question.seed});
    if (failure) throw new Error(`a cell could not be played: ${failure.message}`);
    const found = alarms.some(({alarm}) => alarm === postureConfigurationDetection) ? 'alarm' : 'no alarm';
    confirmed.push({row, column, expected, found});
  }
  return confirmed;
}

/** How far from where the map changes its mind a cell must be: a container's own work takes up to this much of lab time. */
const marginMs = 1000;

/** The cells that a run can confirm: NetworkTransitionDelay and interval are whole seconds in a profile. */
export function chooseCells(map: RaceMap, count: number, seed: number): Omit<ConfirmedCell, 'found'>[] {
  const random = new Random(seed, 'confirm');
  const isPlayable = (axis: Axis, ms: number) => (axis.name !== 'delay' && axis.name !== 'interval') || ms % 1000 === 0;
  const columns = [...map.x.valuesMs.keys()].filter(column => isPlayable(map.x, map.x.valuesMs[column] ?? 0));
  const rows = [...map.y.valuesMs.keys()].filter(row => isPlayable(map.y, map.y.valuesMs[row] ?? 0));
  const all: Omit<ConfirmedCell, 'found'>[] = [];
  for (const row of rows) {
    for (const column of columns) {
      if (isSure(map, row, column, 1)) all.push({row, column, expected: 'alarm'});
      else if (isSure(map, row, column, 0)) all.push({row, column, expected: 'no alarm'});
    }
  }
  const chosen: Omit<ConfirmedCell, 'found'>[] = [];
  for (let turn = 0; chosen.length < count; turn += 1) {
    const wanted = turn % 2 === 0 ? 'alarm' : 'no alarm';
    const left = all.filter(cell => !chosen.includes(cell));
    const fitting = left.filter(({expected}) => expected === wanted);
    if (left.length === 0) break;
    chosen.push(random.pick(fitting.length > 0 ? fitting : left));
  }
  return chosen;
}

/** Whether the cell, and every cell within the margin, has this share of alarms. */
function isSure({x, y, alarms}: RaceMap, row: number, column: number, share: 0 | 1): boolean {
  const near = ({valuesMs}: Axis, index: number) =>
    [...valuesMs.keys()].filter(other => Math.abs((valuesMs[other] ?? 0) - (valuesMs[index] ?? 0)) <= marginMs);
  return near(y, row).every(r => near(x, column).every(c => alarms[r]?.[c] === share));
}

/** A lab with a cell's latencies, played until its first round of probes is over. */
function cellScenario({latencies, habits}: RaceQuestion, topology: Topology): Scenario {
  const [ui, coa, reauth, download, install] = latencyNames.map(name => typicalMs(latencies[name]));
  return {
    name: 'race-cell',
    claim: 'a cell of the race map',
    why: '',
    topology,
    settings: (healthy: LabSettings) => ({
      ...healthy,
      endpoint: {...healthy.endpoint, reportToUiDelayMs: ui ?? 0},
      nad: {
        ...healthy.nad,
        coaDelayMs: coa ?? 0,
        reauthDelayMs: reauth ?? 0,
        aclDownloadDelayMs: download ?? 0,
        aclInstallDelayMs: install ?? 0,
      },
      psn: {...healthy.psn, coaTimeoutMs: (coa ?? 0) + healthy.psn.coaTimeoutMs},
      profile: {
        xml: null,
        fields: {
          NetworkTransitionDelay: String(habits.delayMs / 1000),
          StateSyncProbeInterval: String(habits.intervalMs / 1000),
        },
      },
    }),
    async play(lab: Lab) {
      const settled = await lab.until('posture-settled', {where: {status: 'Compliant'}});
      await lab.until('sync-round-finished', {after: settled});
      await lab.until('acl-installed', {where: isCompliantAcl, after: settled});
    },
  };
}
