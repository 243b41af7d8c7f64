import type {FleetPlan, FleetResult} from '#harness/fleet/fleet.ts';

/** What a PSN went through. Rates are the greatest of any second. */
export interface NodeReport {
  node: string;
  radiusPerSecond: number;
  httpsPerSecond: number;
  probesPerSecond: number;
  /** Seconds in which it had no time left. */
  saturatedS: number;
  firstSaturatedAtS: number | null;
  longestWaitMs: number;
  gaveUp: number;
}

export interface FleetReport {
  plan: FleetPlan;
  nodes: NodeReport[];
  /** Probes that met the deny, in the busiest second: work for switches, not for PSNs. */
  blockedPerSecond: number;
  /** From the mass re-authentication until so many are Compliant again; null: not within the time played. */
  resyncS: {half: number | null; most: number | null; all: number | null} | null;
  /** As many as could be back within ten minutes of a mass re-authentication, at these costs. */
  endpointsInTenMinutes: number;
  events: number;
  bytesPerEndpoint: number;
  /** By second. */
  compliant: number[];
  utilisation: number[][];
}

/** A second in which this share of it was work has no time left. */
const saturation = 0.99;

export function reportOf(
  plan: FleetPlan,
  {nodes, blocked, compliant, events, bytesPerEndpoint}: FleetResult,
): FleetReport {
  const {costs} = plan;
  const resyncMs =
    2 * costs.authentication + costs.accounting + costs.probe + costs.discovery + costs.assessment + costs.coa;
  return {
    plan,
    nodes: nodes.map((node, index) => {
      const full = [...node.busyMs.keys()].filter(second => (node.busyMs[second] ?? 0) >= 1000 * saturation);
      return {
        node: `psn${index + 1}`,
        radiusPerSecond: greatest(node.radius),
        httpsPerSecond: greatest(node.https),
        probesPerSecond: greatest(node.probes),
        saturatedS: full.length,
        firstSaturatedAtS: full[0] ?? null,
        longestWaitMs: Math.round(node.longestWaitMs),
        gaveUp: node.gaveUp,
      };
    }),
    blockedPerSecond: greatest(blocked),
    resyncS: plan.reauthentication === null ? null : resync(plan, plan.reauthentication, compliant),
    endpointsInTenMinutes: Math.floor((plan.psns * 600_000) / resyncMs),
    events,
    bytesPerEndpoint,
    compliant: [...compliant],
    utilisation: nodes.map(node => Array.from(node.busyMs, ms => Math.round(ms) / 1000)),
  };
}

function resync(
  {endpoints}: FleetPlan,
  {atMs, withinMs}: {atMs: number; withinMs: number},
  compliant: Uint32Array,
): FleetReport['resyncS'] {
  const beganS = Math.floor(atMs / 1000);
  const overS = Math.ceil((atMs + withinMs) / 1000);
  const until = (share: number) => {
    const second = compliant.findIndex((count, index) => index >= overS && count >= share * endpoints);
    return second === -1 ? null : second - beganS;
  };
  return {half: until(0.5), most: until(0.99), all: until(1)};
}

function greatest(series: Uint32Array): number {
  return series.reduce((most, value) => Math.max(most, value), 0);
}

/** The fleet over time: endpoints that are Compliant, and how busy each PSN is. A picture that needs nothing else. */
export function fleetSvg({plan, compliant, utilisation}: FleetReport): string {
  const [left, width, height] = [60, 760, 180];
  const path = (values: number[], most: number, top: number) =>
    thinned(values, width)
      .map(
        (value, index) => `${index === 0 ? 'M' : 'L'}${left + index} ${(top + height * (1 - value / most)).toFixed(1)}`,
      )
      .join('');
  const colours = ['#1f6fb2', '#d9552f', '#1a7f4b', '#8a5bb5'];
  const charts = [
    {title: `Compliant endpoints of ${plan.endpoints}`, lines: [{values: compliant, most: plan.endpoints}]},
    {title: 'share of each PSN’s time that is work', lines: utilisation.map(values => ({values, most: 1}))},
  ];
  const drawn = charts.flatMap(({title, lines}, chart) => {
    const top = 40 + chart * (height + 60);
    return [
      `<text x="${left}" y="${top - 10}">${title}</text>`,
      `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" stroke="#999"/>`,
      ...lines.map(
        ({values, most}, index) =>
          `<path d="${path(values, most, top)}" fill="none" stroke="${colours[index % colours.length]}"/>`,
      ),
    ];
  });
  const minutes = Math.round(plan.durationMs / 60_000);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 540" font-family="sans-serif" font-size="13">`,
    `<rect width="840" height="540" fill="#fff"/>`,
    ...drawn,
    `<text x="${left}" y="520">0</text><text x="${left + width}" y="520" text-anchor="end">${minutes} min</text>`,
    '</svg>',
  ].join('\n');
}

/** At most so many values, each the greatest of those it stands for. */
function thinned(values: number[], count: number): number[] {
  const size = Math.max(1, Math.ceil(values.length / count));
  return Array.from({length: Math.ceil(values.length / size)}, (_, index) =>
    Math.max(...values.slice(index * size, (index + 1) * size)),
  );
}
