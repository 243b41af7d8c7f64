// How links are named, declared and changed, and what is said of a declaration that cannot be.
import test from 'ava';
import {checkImpairment, ImpairmentError} from '#harness/declared-impairment.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {directionsOf, NoSuchLinkError, startOrders} from '#harness/link-directions.ts';
import {applySetOption} from '#harness/set-option.ts';
import {checkTopology, type Topology, TopologyError} from '#harness/topology.ts';
import {noImpairment} from '#protocol/link/impairment.ts';
import {topology} from '#topologies/two-psn.ts';

type Link = Topology['links'][number];

const declaring = (impairments: unknown): unknown => ({
  ...topology,
  links: topology.links.map((link, place) => (place === 1 ? {...link, impairments} : link)),
});

function problemsOf(declared: unknown): string[] {
  try {
    checkTopology('lab.json', declared);
    return [];
  } catch (error) {
    return error instanceof TopologyError ? error.problems : [String(error)];
  }
}

test('a link is named by either end, or by a node that has no other; a direction by who sends', t => {
  const numbers = (link: string, from?: string) => directionsOf(topology, link, from).map(({number}) => number);

  t.deepEqual(numbers('nad:gi0-1'), [2, 3]);
  t.deepEqual(numbers('psn1:eth0'), [2, 3]);
  t.deepEqual(numbers('psn1'), [2, 3]);
  t.deepEqual(numbers('psn1', 'psn1'), [3]);
  t.deepEqual(numbers('psn2', 'nad'), [4]);
  for (const [link, from, message] of [
    ['psn7', undefined, /there is no link psn7.*endpoint:eth0 or nad:fa0-12/],
    ['nad', undefined, /nad has 3 links: name an end/],
    ['nad:gi0-9', undefined, /there is no link nad:gi0-9/],
    ['psn1', 'endpoint', /endpoint does not send on this link; nad and psn1 do/],
  ] as const)
    t.throws(() => directionsOf(topology, link, from), {instanceOf: NoSuchLinkError, message});
});

test('a topology declares impairments in order, later ones replace; settings change single fields', t => {
  const declared = checkTopology(
    'lab.json',
    declaring([
      {delayMs: 40, loss: 0.02},
      {from: 'psn1', cut: true},
    ] satisfies Link['impairments']),
  );
  const settings = applySetOption(
    applySetOption(defaultSettings(declared), 'links.psn1.nad.loss', '5%'),
    'links.endpoint.rate',
    '1mbit',
  );

  t.deepEqual(
    startOrders(declared, settings.links).map(({direction, impairment}) => [direction.number, impairment]),
    [
      [0, {...noImpairment, rateBitS: 1_000_000}],
      [1, {...noImpairment, rateBitS: 1_000_000}],
      [2, {...noImpairment, delayMs: 40, loss: 0.05}],
      [3, {...noImpairment, cut: true}],
    ],
  );
  t.deepEqual(startOrders(topology, []), []);
});

test('a wrong declaration is refused with the field and what was expected there', t => {
  const wrong: [unknown, RegExp][] = [
    [[{loss: 2}], /^links\.1\.impairments\.0\.loss: expected .*a share from 0 to 1.*got 2/],
    [[{delayMs: -1}], /^links\.1\.impairments\.0\.delayMs: expected .*milliseconds of lab time.*got -1/],
    [[{delay: 50}], /^links\.1\.impairments\.0\.delay: /],
    [[{rateBitS: 0.5}], /^links\.1\.impairments\.0\.rateBitS: /],
    [[{reordering: 0.5}], /^links\.1\.impairments\.0\.reordering: expected a delayMs above 0/],
    [[{from: 'endpoint'}], /^links\.1\.impairments\.0\.from: expected a node at one end of the link, got endpoint/],
    [[{cut: 'yes'}], /^links\.1\.impairments\.0\.cut: /],
    [{loss: 0.1}, /^links\.1\.impairments: /],
  ];
  for (const [impairments, problem] of wrong) {
    const [first = ''] = problemsOf(declaring(impairments));
    t.regex(first, problem, JSON.stringify(impairments));
  }
  t.deepEqual(problemsOf(declaring([{}])), []);
});

test('what a program asks of a link is checked in the same way', t => {
  t.deepEqual(checkImpairment({loss: 0.5}), {...noImpairment, loss: 0.5});
  for (const [asked, message] of [
    [{loss: 1.5}, /^loss: expected a share from 0 to 1/],
    [{loss: Number.NaN}, /^loss: expected a share/],
    [{loos: 0.5}, /there is no such field; there are delayMs/],
    [{delayMs: Number.POSITIVE_INFINITY}, /^delayMs: expected milliseconds/],
    [{reordering: 0.1}, /^reordering: /],
    ['much', /impairment/],
    [null, /impairment/],
  ] as const)
    t.throws(() => checkImpairment(asked), {instanceOf: ImpairmentError, message}, JSON.stringify(asked));
});

test('--set takes the words of posturelab impair, and refuses what it does not understand', t => {
  const healthy = defaultSettings(topology);
  t.deepEqual(applySetOption(healthy, 'links.nad:fa0-12.jitter', '1.5s').links, [
    {link: 'nad:fa0-12', from: null, change: {jitterMs: 1500}},
  ]);
  for (const [key, value, message] of [
    ['links.psn1', '1', /expected links\.LINK\.WORD/],
    ['links.psn1.nad.x.loss', '1%', /expected links\.LINK\.WORD/],
    ['links.psn1.toString', '1', /a link has no "toString"/],
    ['links.psn1.loss', '1', /expected a share of the frames such as 1%/],
    ['links.psn1.loss', '101%', /at most 100%/],
    ['links.psn1.delay', '50', /expected a span of lab time such as 50ms/],
    ['links.psn1.rate', '0mbit', /expected a rate such as/],
    ['links.psn1.cut', 'yes', /expected true or false/],
  ] as const)
    t.throws(() => applySetOption(healthy, key, value), {message}, `${key}=${value}`);
});
