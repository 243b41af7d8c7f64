// A program killed with -9 cannot clean up; the reaper does it for it. Killed after every step of deploying, playing and
// destroying, the machine is as it was 15 s later, and what belongs to others is still there.
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import test from 'ava';
import {findEngine} from '#harness/containers/engine.ts';
import {ensureImages} from '#harness/containers/images.ts';
import {differences, takeInventory} from '#harness/containers/inventory.ts';
import {cli} from '#specs/containers/posturelab.ts';

const run = promisify(execFile);
const engine = await findEngine();
const images = await ensureImages(engine, () => {});

/** Command lines, and what they print just before they are killed. */
const moments: {args: string[]; after: RegExp}[] = [
  {args: ['deploy', '--name', 'killed'], after: /starting the nodes/},
  {args: ['deploy', '--name', 'killed'], after: /making the links/},
  {args: ['deploy', '--name', 'killed'], after: /starting the services/},
  {args: ['run', 'rediscovery'], after: /rediscovery:/},
  {args: ['run', 'rediscovery'], after: /starts mab/},
  {args: ['run', 'rediscovery'], after: /settles the session as Compliant/},
  {args: ['run', 'rediscovery'], after: /ends the session|drops the session/},
  {args: ['run', 'rediscovery'], after: /restarts discovery/},
];

for (const {args, after} of moments) {
  test.serial(
    `posturelab ${args.join(' ')}, killed after ${after.source}: nothing is left, nothing foreign is lost`,
    async t => {
      await using foreign = await foreignObjects();
      const before = await takeInventory(engine);

      await killAfter([...cli, ...args], after);

      t.deepEqual(await differences(engine, before, 15_000), []);
      t.true(await foreign.isThere());
    },
  );
}

test.serial('the test program, killed while its specs hold labs: nothing is left, nothing foreign is lost', async t => {
  await using foreign = await foreignObjects();
  const before = await takeInventory(engine);

  await killAfter(['scripts/test.ts', 'specs/flows/missing-deny.spec.ts'], /✔/);

  t.deepEqual(await differences(engine, before, 15_000), []);
  t.true(await foreign.isThere());
});

test.serial('posturelab destroy, killed at once: a second destroy finishes the work', async t => {
  await using foreign = await foreignObjects();
  const before = await takeInventory(engine);
  await run(process.execPath, [...cli, 'deploy', '--name', 'killed']);

  const child = spawn(process.execPath, [...cli, 'destroy', 'killed'], {stdio: 'ignore'});
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'close');
  await run(process.execPath, [...cli, 'destroy', '--all']);

  t.deepEqual(await differences(engine, before, 15_000), []);
  t.true(await foreign.isThere());
});

test.serial('a deployed lab outlives the program that deployed it, and destroy leaves nothing', async t => {
  const before = await takeInventory(engine);
  await run(process.execPath, [...cli, 'deploy', '--name', 'kept']);
  const {stdout} = await run(process.execPath, [...cli, 'inspect', 'kept', '--json']);
  t.is(JSON.parse(stdout).nodes.filter((node: {state: string}) => node.state === 'running').length, 4);

  await run(process.execPath, [...cli, 'destroy', 'kept']);

  t.deepEqual(await differences(engine, before, 15_000), []);
});

/** Starts a program of ours and kills it with -9 as soon as it prints what is waited for. */
async function killAfter(args: string[], after: RegExp): Promise<void> {
  const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']});
  const seen: string[] = [];
  const found = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({input: stream}).on('line', line => {
      seen.push(line);
      if (after.test(line)) found.resolve();
    });
  }
  child.once('close', code =>
    found.reject(new Error(`it ended with ${code} before it printed ${after}:\n${seen.join('\n')}`)),
  );
  await found.promise;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A container, a veth pair and a namespace of somebody else, with names like ours. */
async function foreignObjects(): Promise<AsyncDisposable & {isThere(): Promise<boolean>}> {
  const container = await engine.createContainer({
    Image: images.base,
    Cmd: ['sleep', '600'],
    name: 'posturelab-foreign',
    Labels: {'posturelab.lab': ''},
    HostConfig: {NetworkMode: 'none'},
  });
  await container.start();
  await run('ip', ['netns', 'add', 'posturelab-foreign']);
  await run('ip', ['link', 'add', 'veth-foreign0', 'type', 'veth', 'peer', 'name', 'veth-foreign1']);
  return {
    async isThere() {
      const {State} = await container.inspect();
      await run('ip', ['link', 'show', 'veth-foreign0']);
      return State.Running;
    },
    async [Symbol.asyncDispose]() {
      await container.remove({force: true});
      await run('ip', ['netns', 'delete', 'posturelab-foreign']);
      await run('ip', ['link', 'delete', 'veth-foreign0']);
    },
  };
}
