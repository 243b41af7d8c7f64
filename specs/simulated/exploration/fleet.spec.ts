// Fleets: what can be reckoned by hand comes out, and a busy PSN behaves as a queue does.
import test from 'ava';
import {type FleetPlan, playFleet} from '#harness/fleet/fleet.ts';
import {fleetSvg, reportOf} from '#harness/fleet/fleet-report.ts';
import {checkCosts, measuredCosts, radiusAtSaturation} from '#harness/fleet/measured-costs.ts';
import {PolicyNode, type RequestCosts} from '#harness/fleet/policy-node.ts';
import {TimingWheel} from '#harness/fleet/timing-wheel.ts';

const costs: RequestCosts = {authentication: 1, accounting: 1, probe: 4, discovery: 4, assessment: 8, coa: 1};
const calm: FleetPlan = {
  endpoints: 10_000,
  psns: 2,
  durationMs: 1_800_000,
  intervalMs: 60_000,
  outage: null,
  reauthentication: null,
  costs,
  seed: 1,
};
const played = (plan: FleetPlan) => reportOf(plan, playFleet(plan));

test('a healthy fleet costs its PSNs nothing, however large it is: every probe is blocked', t => {
  const report = played(calm);

  for (const node of report.nodes) t.like(node, {radiusPerSecond: 0, httpsPerSecond: 0, saturatedS: 0});
  t.true(report.compliant.every(count => count === calm.endpoints));
  // Two targets a round, a round each interval and two timeouts.
  const blocked =
    playFleet(calm)
      .blocked.slice(100)
      .reduce((sum, count) => sum + count, 0) /
    (1800 - 100);
  t.true(Math.abs(blocked / ((2 * calm.endpoints) / 64) - 1) < 0.02, `${blocked} a second`);
});

test('after a mass re-authentication everybody is back, and each was served once', t => {
  const plan = {...calm, endpoints: 2000, reauthentication: {atMs: 300_000, withinMs: 60_000}};
  const {nodes} = playFleet(plan);
  const report = played(plan);
  const sum = (series: Uint32Array) => series.reduce((total, value) => total + value, 0);

  t.is(report.compliant.at(-1), 2000);
  t.truthy(report.resyncS?.all);
  t.true((report.resyncS?.all ?? 0) < 200, 'within an interval and a little more than the minute it took');
  t.is(
    nodes.reduce((total, {probes}) => total + sum(probes), 0),
    2000,
  );
  t.is(
    nodes.reduce((total, {radius}) => total + sum(radius), 0),
    4 * 2000,
  );
  t.is(
    nodes.reduce((total, {https}) => total + sum(https), 0),
    3 * 2000,
  );
});

test('a fleet that is too large saturates its PSNs, and takes as long as its work', t => {
  const plan = {...calm, endpoints: 60_000, reauthentication: {atMs: 60_000, withinMs: 60_000}};
  const report = played(plan);
  const workS = (plan.endpoints * 20) / 1000 / plan.psns;

  t.true(report.nodes.every(({saturatedS}) => saturatedS > 0.9 * workS));
  t.true((report.resyncS?.all ?? 0) >= workS, `${report.resyncS?.all} s for ${workS} s of work`);
  t.true((report.resyncS?.all ?? 0) < 1.5 * workS, `${report.resyncS?.all} s for ${workS} s of work`);
  t.is(report.endpointsInTenMinutes, 60_000);
});

test('while a PSN is down nobody asks it, and the other has all the work', t => {
  const plan = {
    ...calm,
    endpoints: 2000,
    outage: {atMs: 60_000, forMs: 1_740_000},
    reauthentication: {atMs: 120_000, withinMs: 60_000},
  };
  const [first, second] = played(plan).nodes;

  t.like(first, {radiusPerSecond: 0, httpsPerSecond: 0});
  t.true((second?.httpsPerSecond ?? 0) > 0);
  t.is(played(plan).compliant.at(-1), 2000);
});

test('the same seed is the same fleet', t => {
  const plan = {...calm, endpoints: 500, reauthentication: {atMs: 60_000, withinMs: 1000}};

  t.deepEqual(played(plan), played(plan));
  t.notDeepEqual(played(plan).utilisation, played({...plan, seed: 2}).utilisation);
});

test('a PSN serves one after the other, and drops whoever has waited too long', t => {
  const node = new PolicyNode(10, costs);

  t.is(node.take('probe', 0, 10), 4);
  t.is(node.take('probe', 0, 10), 8);
  t.is(node.take('probe', 0, 10), 12);
  t.is(node.take('probe', 0, 10), undefined);
  t.is(node.gaveUp, 1);
  t.is(node.take('authentication', 100, 10), 101);
});

test('a timing wheel gives everybody once, at the tick they are due, also those put in while it turns', t => {
  const wheel = new TimingWheel({ticks: 3, members: 4});
  const seen: string[] = [];
  wheel.put(0, 1);
  wheel.put(1, 0);
  wheel.put(2, 7); // past the end: never
  for (let tick = 0; tick < 3; tick += 1) {
    wheel.drain(tick, member => {
      seen.push(`${member} at ${tick}`);
      if (member === 1 && tick === 0) wheel.put(1, 2);
      if (member === 0) wheel.put(3, tick);
    });
  }

  t.deepEqual(seen, ['1 at 0', '0 at 1', '3 at 1', '1 at 2']);
});

test('the plot needs nothing from elsewhere', t => {
  const svg = fleetSvg(played({...calm, endpoints: 100}));

  t.notRegex(svg.replaceAll('http://www.w3.org/2000/svg', ''), /https?:|href|url\(/);
  t.is(svg.match(/<path /g)?.length, 3);
});

test('costs say where they come from, and what they predict for one PSN is what its container did', t => {
  const {measured} = measuredCosts;
  const whole = radiusAtSaturation({...costs, authentication: 0.5});

  t.is(whole, 2000);
  t.is(
    Math.round(measured.saturation.share * radiusAtSaturation(measuredCosts)),
    measured.saturation.predictedPerSecond,
  );
  t.deepEqual(checkCosts(JSON.parse(JSON.stringify(measuredCosts))), measuredCosts);
  t.throws(() => checkCosts({...costs, probe: -1}), {message: /^probe/});
  t.throws(() => checkCosts({...costs, coa: undefined}), {message: /^coa/});
});
