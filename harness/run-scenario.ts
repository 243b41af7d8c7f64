import {performance} from 'node:perf_hooks';
import {measureGap} from '#harness/gap.ts';
import type {Lab} from '#harness/lab.ts';
import {defaultSettings, type LabSettings} from '#harness/lab-settings.ts';
import {nadOf} from '#harness/nad-handle.ts';
import type {Scenario} from '#harness/scenario.ts';
import {serverAclFamily} from '#protocol/dacl/name.ts';
import type {EventOf, LabEvent} from '#protocol/event.ts';
import type {AclHits} from '#protocol/nad/acl-hits.ts';

/** The document of `posturelab run --json` (design.md 4). */
export interface ScenarioResult {
  scenario: string;
  world: Lab['world'];
  passed: boolean;
  seed: number;
  labMs: number;
  wallMs: number;
  /** How long the probe port stood open while the session was Compliant, in lab milliseconds. */
  gapMs: number;
  /** What `gapMs` may be off by at each edge of an open span. */
  gapResolutionMs: number;
  alarms: EventOf<'alarm-raised'>[];
  /** Every dACL that the switch had, and how many packets met each entry, without the knocks by which `gapMs` is measured. */
  acls: AclHits[];
  timeline: readonly LabEvent[];
  failure?: {message: string; evidence: string | null};
}

/** Opens a lab for one scenario. `prepare` runs before the endpoints take part. */
export type OpenLab = (options: {
  scenario: Scenario;
  settings: LabSettings;
  prepare: (lab: Lab) => Promise<void>;
}) => Promise<Lab>;

export interface PlayOptions {
  openLab: OpenLab;
  /** Changes by `--set`, after the scenario's own. */
  adjust?: (settings: LabSettings) => LabSettings;
  seed: number;
  /** The lab, as soon as it is there: to tell its story, to capture. */
  onLab?: (lab: Lab) => Promise<Disposable | undefined>;
  /** Saves what a failed run leaves, while the lab still runs; resolves to the folder. */
  saveEvidence?: (lab: Lab, error: unknown) => Promise<string>;
  /** Runs after the judgement, while the lab still runs. */
  onEnd?: (lab: Lab) => Promise<void>;
}

/** Plays one scenario and judges it. A story that comes out otherwise is a result, not an error. */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<ScenarioResult> {
  const startedMs = performance.now();
  const healthy = defaultSettings(scenario.topology);
  const own = scenario.settings?.(healthy) ?? healthy;
  let told: Disposable | undefined;
  await using lab = await options.openLab({
    scenario,
    settings: options.adjust?.(own) ?? own,
    prepare: async lab => {
      told = await options.onLab?.(lab);
      await scenario.prepare?.(lab);
    },
  });
  const gap = await measureGap(lab);
  let failure: ScenarioResult['failure'];
  try {
    await scenario.play(lab);
    refuseFaults(lab);
  } catch (error) {
    const evidence = (await options.saveEvidence?.(lab, error)) ?? null;
    failure = {message: error instanceof Error ? error.message : String(error), evidence};
  }
  const {openMs: gapMs, resolutionMs: gapResolutionMs} = await gap.end();
  const acls = await daclHits(lab);
  told?.[Symbol.dispose]();
  await options.onEnd?.(lab);
  return {
    scenario: scenario.name,
    world: lab.world,
    passed: failure === undefined,
    seed: options.seed,
    labMs: Math.round(lab.nowMs()),
    wallMs: Math.round(performance.now() - startedMs),
    gapMs,
    gapResolutionMs,
    alarms: lab.timeline.of('alarm-raised'),
    acls,
    timeline: lab.timeline.all(),
    ...(failure ? {failure} : {}),
  };
}

/** Nothing, if the story has taken the switch away. */
async function daclHits(lab: Lab): Promise<AclHits[]> {
  const hits = await nadOf(lab)
    .hits()
    .catch(() => []);
  return hits.filter(({name}) => serverAclFamily(name) !== undefined);
}

/** A fault of ours fails a run, whatever the story says. */
function refuseFaults(lab: Lab): void {
  const faults = lab.timeline.of('fault');
  if (faults.length > 0)
    throw new Error(
      `posturelab itself is at fault: ${faults.map(fault => `${fault.node}: ${fault.message}`).join('; ')}`,
    );
}
