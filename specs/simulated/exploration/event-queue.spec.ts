import test from 'ava';
import fc from 'fast-check';
import {EventQueue} from '#harness/simulator/event-queue.ts';

test('actions leave in the order of their instants, and those of one instant in the order of arrival', t => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 20})), instants => {
      const queue = new EventQueue<number>();
      instants.forEach((atMs, index) => {
        queue.push(atMs, index);
      });
      const left = instants.map(() => queue.pop());

      const sorted = instants.map((atMs, index) => ({atMs, action: index})).sort((a, b) => a.atMs - b.atMs);
      t.deepEqual(
        left.map(entry => entry?.action),
        sorted.map(entry => entry.action),
      );
      t.is(queue.pop(), undefined);
    }),
  );
});

test('what is put in while others leave takes its place among them', t => {
  const queue = new EventQueue<string>();
  queue.push(5, 'five');
  queue.push(1, 'one');
  t.is(queue.pop()?.action, 'one');
  queue.push(5, 'five again');
  queue.push(2, 'two');

  t.deepEqual([queue.pop()?.action, queue.pop()?.action, queue.pop()?.action], ['two', 'five', 'five again']);
});
