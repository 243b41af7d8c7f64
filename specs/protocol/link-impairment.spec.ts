// What an impaired direction of a link does to frames: each knob alone, what they do together, and a change while frames are under way.
import test from 'ava';
import fc from 'fast-check';
import {Random} from '#harness/simulator/random.ts';
import {type Chance, ImpairedDirection, underWayLimit} from '#protocol/link/impaired-direction.ts';
import {describeImpairment, type Impairment, noImpairment} from '#protocol/link/impairment.ts';

const seed = 8259;
const count = 20_000;

/** Sends frames of 125 bytes (1,000 bits) a millisecond apart; for each its arrivals. */
function send(impairment: Partial<Impairment>, frames = count, chance: Chance = new Random(1, 'spec')): number[][] {
  const direction = new ImpairedDirection({...noImpairment, ...impairment});
  return Array.from({length: frames}, (_, index) => direction.carry(125, index, chance));
}

/** So far off that chance does it once in 500 million runs (six deviations). */
function isNear(found: number, share: number): boolean {
  return Math.abs(found - count * share) <= 6 * Math.sqrt(count * share * (1 - share));
}

test('a direction without impairment carries everything at once', t => {
  t.deepEqual(send({}, 3), [[0], [1], [2]]);
});

test('delay is exact, jitter adds up to its measure and does not change the order', t => {
  t.deepEqual(send({delayMs: 50}, 3), [[50], [51], [52]]);
  const arrivals = send({delayMs: 50, jitterMs: 20}).flat();
  t.true(arrivals.every((atMs, index) => atMs >= index + 50 && atMs <= index + 70));
  t.true(arrivals.every((atMs, index) => atMs >= (arrivals[index - 1] ?? 0)));
  t.true(new Set(arrivals.map((atMs, index) => Math.round(atMs - index))).size > 10);
});

test('loss, duplication and reordering happen as often as asked for', t => {
  const lost = send({loss: 0.03}).filter(arrivals => arrivals.length === 0).length;
  const doubled = send({duplication: 0.03}).filter(arrivals => arrivals.length === 2).length;
  const early = send({delayMs: 50, reordering: 0.03}).filter(([atMs = 0], index) => atMs === index).length;

  for (const found of [lost, doubled, early]) t.true(isNear(found, 0.03), `${found} of ${count}`);
});

test('what is cut loses everything, and draws no chance', t => {
  const never: Chance = {
    happens: () => t.fail('chance is asked'),
    fraction: () => 0,
  };
  t.deepEqual(send({cut: true, loss: 0.5}, 100, never).flat(), []);
});

test('at a rate, frames leave one after the other, each for as long as its bits take', t => {
  const direction = new ImpairedDirection({...noImpairment, rateBitS: 100_000, delayMs: 5});
  const chance = new Random(1, 'spec');

  t.deepEqual(direction.carry(125, 0, chance), [15]); // 1,000 bits at 100 kbit/s: 10 ms
  t.deepEqual(direction.carry(1250, 0, chance), [115]);
  t.deepEqual(direction.carry(125, 500, chance), [515]); // the queue was empty meanwhile
});

test('a change holds for what is sent after it; what is under way keeps its instant, and is not overtaken', t => {
  const direction = new ImpairedDirection({...noImpairment, delayMs: 100});
  const chance = new Random(1, 'spec');
  t.deepEqual(direction.carry(60, 0, chance), [100]);
  direction.impairment = {...noImpairment, delayMs: 10};
  t.deepEqual(direction.carry(60, 1, chance), [100]);
  t.deepEqual(direction.carry(60, 200, chance), [210]);
});

test('a queue that is full loses what comes, and takes again when it has drained', t => {
  const direction = new ImpairedDirection({...noImpairment, delayMs: 1000});
  const chance = new Random(1, 'spec');
  for (let index = 0; index < underWayLimit; index += 1) t.is(direction.carry(60, 0, chance).length, 1);

  t.deepEqual(direction.carry(60, 999, chance), []);
  t.deepEqual(direction.carry(60, 1000, chance), [2000]);
});

test(`whatever the impairment, nothing arrives before it is due, and at most twice, seed ${seed}`, t => {
  const share = fc.double({min: 0, max: 1, noNaN: true});
  const impairment = fc.record({
    delayMs: fc.nat(1000),
    jitterMs: fc.nat(1000),
    loss: share,
    duplication: share,
    reordering: fc.constant(0),
    rateBitS: fc.option(fc.integer({min: 1000, max: 1e9})),
    cut: fc.boolean(),
  });
  t.notThrows(() =>
    fc.assert(
      fc.property(impairment, fc.integer(), (declared, chanceSeed) => {
        const direction = new ImpairedDirection(declared);
        const chance = new Random(chanceSeed, 'spec');
        let last = 0;
        for (let nowMs = 0; nowMs < 200; nowMs += 1) {
          const arrivals = direction.carry(125, nowMs, chance);
          if (arrivals.length > 2) return false;
          for (const atMs of arrivals) {
            if (atMs < nowMs + declared.delayMs || atMs < last) return false;
            last = atMs;
          }
        }
        return true;
      }),
      {seed},
    ),
  );
});

test('an impairment is told in words', t => {
  t.is(
    describeImpairment({...noImpairment, delayMs: 50, jitterMs: 5, loss: 0.01, rateBitS: 1_000_000}),
    '50 ms late and up to 5 ms more, loses 1 %, 1000 kbit/s',
  );
  t.is(describeImpairment({...noImpairment, cut: true, loss: 0.5}), 'cut: nothing arrives');
  t.is(describeImpairment(noImpairment), 'good');
});
