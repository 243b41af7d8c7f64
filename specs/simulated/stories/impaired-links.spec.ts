// The simulated lab's links misbehave as declared, as set and as told, by direction, and by the seed.
import test from 'ava';
import {ImpairmentError} from '#harness/declared-impairment.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {NoSuchLinkError} from '#harness/link-directions.ts';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {VirtualLink} from '#harness/simulator/link.ts';
import {Random} from '#harness/simulator/random.ts';
import {frameBytes} from '#harness/simulator/segment.ts';
import {simulate} from '#harness/simulator/simulated-lab.ts';
import {Simulation} from '#harness/simulator/simulation.ts';
import {noImpairment} from '#protocol/link/impairment.ts';
import {topology} from '#topologies/single-psn.ts';

function cable() {
  const simulation = new Simulation();
  const link = new VirtualLink(['a:eth0', 'b:eth0'], {simulation, random: new Random(1, 'spec')});
  link.cable = {delayMs: 1, jitterMs: 0};
  const arrived: string[] = [];
  const send = (from: string, name: string, bytes?: number) =>
    link.carry(from, () => arrived.push(`${name} ${simulation.nowMs}`), bytes);
  const end = () => {
    while (simulation.step());
    return arrived;
  };
  return {link, simulation, send, end};
}

test('an impairment is of one direction and comes on top of the cable', t => {
  const {link, send, end} = cable();
  link.impair('a', {...noImpairment, delayMs: 50});
  send('a', 'there');
  send('b', 'back');

  t.deepEqual(end(), ['back 1', 'there 51']);
});

test('what is cut in one direction still comes from the other, and the carrier stays', t => {
  const {link, send, end} = cable();
  link.impair('a', {...noImpairment, cut: true});
  send('a', 'there');
  send('b', 'back');

  t.deepEqual(end(), ['back 1']);
  t.true(link.isUp);
});

test('a rate asks how long a packet is', t => {
  const {link, send, end} = cable();
  link.impair('a', {...noImpairment, rateBitS: 100_000});
  send('a', 'long', 1250);
  send('a', 'ARP');

  t.deepEqual(end(), ['long 101', 'ARP 105.8']);
  t.is(frameBytes({kind: 'udp', bytes: new Uint8Array(1000)}), 1042);
});

test('a link that is mended carries at once what comes then; what was under way keeps its instant', t => {
  const {link, send, end} = cable();
  link.impair('a', {...noImpairment, delayMs: 50});
  send('a', 'first');
  link.impair('a', null);
  send('a', 'second');

  t.deepEqual(end(), ['second 1', 'first 51']);
});

test('what an impairment holds up is lost when the cable is cut meanwhile', t => {
  const {link, simulation, send, end} = cable();
  link.impair('a', {...noImpairment, delayMs: 50});
  send('a', 'lost');
  simulation.at(10, () => {
    link.setDown('cut', true);
    link.setDown('cut', false);
  });

  t.deepEqual(end(), []);
});

test('declared and set impairments are in force from the start, and told', async t => {
  const declared = {
    ...topology,
    links: topology.links.map((link, place) => (place === 1 ? {...link, impairments: [{delayMs: 40}]} : link)),
  };
  const settings = {
    ...defaultSettings(declared),
    links: [{link: 'psn1', from: 'psn1', change: {loss: 0.1}}],
  };
  await using lab = await simulate({topology: declared, settings, seed: 1});
  const told = lab.timeline.of('link-impaired').map(({atMs, from, impairment}) => ({atMs, from, impairment}));
  const {settled} = await becomesCompliant(lab);

  t.deepEqual(told, [
    {atMs: 0, from: 'nad', impairment: {...noImpairment, delayMs: 40}},
    {atMs: 0, from: 'psn1', impairment: {...noImpairment, delayMs: 40, loss: 0.1}},
  ]);
  const created = lab.timeline.of('session-created')[0]?.atMs ?? 0;
  t.true((lab.timeline.of('authentication-started')[0]?.atMs ?? 0) + 40 <= created);
  t.true(settled.atMs > created + 6 * 40, 'posture takes round trips');
});

test('a change is in force when it is answered; wrong ones are refused and change nothing', async t => {
  await using lab = await simulate({topology, seed: 1});
  await t.throwsAsync(lab.impair('psn9', {loss: 1}), {instanceOf: NoSuchLinkError});
  await t.throwsAsync(lab.impair('psn1', {loss: 1}, {from: 'endpoint'}), {instanceOf: NoSuchLinkError});
  await t.throwsAsync(lab.impair('psn1', {loss: 2}), {instanceOf: ImpairmentError});
  t.is(lab.timeline.of('link-impaired').length, 0);

  await lab.impair('psn1', {cut: true}, {from: 'nad'});
  t.like(lab.timeline.of('link-impaired')[0], {from: 'nad', method: 'simulated'});
  await lab.until('radius-server-failed');
  await lab.impair('psn1', null);
  t.is(lab.timeline.of('link-restored').length, 2);
});

test('loss comes from the seed: the same seed twice is the same story, another one is another', async t => {
  const story = async (seed: number) => {
    const settings = {...defaultSettings(topology), links: [{link: 'endpoint', from: null, change: {loss: 0.1}}]};
    await using lab = await simulate({topology, settings, seed});
    await becomesCompliant(lab);
    return lab.timeline.toString();
  };

  t.is(await story(5), await story(5));
  t.not(await story(5), await story(6));
});
