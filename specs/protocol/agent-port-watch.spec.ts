// From attempts at a port to the spans in which it was open.
import test from 'ava';
import fc from 'fast-check';
import {PortWatch} from '#protocol/agent/port-watch.ts';

function watch(...samples: [atMs: number, isOpen: boolean][]) {
  const port = new PortWatch();
  for (const [atMs, isOpen] of samples) port.attempt(atMs)(isOpen);
  return port.report();
}

test('a port is open from the first attempt that gets through to the first that does not', t => {
  t.deepEqual(watch([0, false], [5, true], [10, true], [15, false], [20, false], [25, true]), {
    open: [
      {fromMs: 5, toMs: 15},
      {fromMs: 25, toMs: null},
    ],
    attempts: 6,
    lastAtMs: 25,
    resolutionMs: 5,
  });
});

test('a port that was never asked, or never answered, was never open', t => {
  t.deepEqual(watch(), {open: [], attempts: 0, lastAtMs: null, resolutionMs: 0});
  t.deepEqual(watch([0, false], [5, false]).open, []);
});

test('the resolution is the longest pause between attempts', t => {
  t.is(watch([0, true], [5, true], [55, true], [60, true]).resolutionMs, 50);
});

test('what came after an attempt that has not ended is not looked at yet', t => {
  const port = new PortWatch();
  const first = port.attempt(0);
  port.attempt(5)(true);
  t.is(port.report().attempts, 0);

  first(false);
  t.deepEqual(port.report().open, [{fromMs: 5, toMs: null}]);
});

const seed = 8449;

test(`the order in which attempts end does not matter, seed ${seed}`, t => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), {maxLength: 40}), fc.infiniteStream(fc.nat()), (samples, chance) => {
      const port = new PortWatch();
      const ends = samples.map((isOpen, index) => ({
        end: port.attempt(index * 5),
        isOpen,
        rank: chance.next().value ?? 0,
      }));
      for (const {end, isOpen} of ends.toSorted((a, b) => a.rank - b.rank)) end(isOpen);
      t.deepEqual(port.report(), watch(...samples.map((isOpen, index): [number, boolean] => [index * 5, isOpen])));
    }),
    {seed, numRuns: 300},
  );
});
