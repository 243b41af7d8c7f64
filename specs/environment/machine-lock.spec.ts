// What must not happen twice at once on a machine (building an image, starting the engine) goes by a lock that no
// killed program can leave behind.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {withMachineLock} from '#harness/containers/machine-lock.ts';
import {startProgram} from '#specs/environment/program.ts';

test('tasks of one name take turns, tasks of another name do not wait for them', async t => {
  const name = randomUUID();
  const running = {now: 0, most: 0};
  const task = async () => {
    running.most = Math.max(running.most, ++running.now);
    await withMachineLock(randomUUID(), async () => {});
    running.now--;
  };

  await Promise.all(Array.from({length: 10}, () => withMachineLock(name, task)));

  t.deepEqual(running, {now: 0, most: 1});
});

test('a holder that is killed lets the next one in', async t => {
  const name = randomUUID();
  await using holder = await startProgram('hold-lock.ts', {args: [name]});
  const waiting = Promise.withResolvers<void>();
  const next = withMachineLock(name, async () => 'entered', waiting.resolve);
  await waiting.promise;

  await holder.kill();

  t.is(await next, 'entered');
});

test('a task that fails gives the lock back', async t => {
  const name = randomUUID();

  await t.throwsAsync(
    withMachineLock(name, () => Promise.reject(new Error('failed'))),
    {message: 'failed'},
  );

  t.is(await withMachineLock(name, async () => 'entered'), 'entered');
});
