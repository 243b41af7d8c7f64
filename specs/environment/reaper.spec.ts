// A program that is killed runs no clean-up of its own. The reaper does it instead, by the program's label, and touches
// nothing of those that go on.
import {randomUUID} from 'node:crypto';
import test from 'ava';
import {type Engine, findEngine} from '#harness/containers/engine.ts';
import {ensureBuilt} from '#harness/containers/images.ts';
import {imageContexts} from '#harness/containers/images-context.ts';
import {labels} from '#harness/containers/labels.ts';
import {openReaper} from '#harness/containers/reaper.ts';
import {startProgram} from '#specs/environment/program.ts';

const withinMs = 30_000;
const engine = await findEngine();
const contexts = imageContexts();
await ensureBuilt(engine, {base: contexts.base, reaper: contexts.reaper}, () => {});
const [base, image] = [contexts.base.tag, contexts.reaper.tag];

interface Owned {
  owner: string;
  containerId: string;
}

test('what a killed program owned is removed, and what another owns stays', async t => {
  await using first = await startProgram<Owned>('own-container.ts', {args: [image, base]});
  await using second = await startProgram<Owned>('own-container.ts', {args: [image, base]});

  await Promise.all([removal(engine, first.said.containerId), first.kill()]);

  t.true(await isRunning(second.said.containerId));
  await Promise.all([removal(engine, second.said.containerId), second.kill()]);
});

test('a program that disposes its reaper leaves nothing either', async t => {
  const reaper = await openReaper(engine, image);
  const {id} = await engine.createContainer({Image: base, Cmd: ['true'], Labels: {[labels.owner]: reaper.owner}});

  await Promise.all([removal(engine, id), reaper[Symbol.asyncDispose]()]);

  t.deepEqual(await engine.listContainers({all: true, filters: {label: [`${labels.owner}=${reaper.owner}`]}}), []);
});

test('what is kept outlives its program, and the reaper goes when nobody needs it', async t => {
  await using own = await ownReaperImage();
  await using program = await startProgram<Owned>('own-container.ts', {args: [own.image, base, 'keep']});
  const [reaper = ''] = await reapersOf(own.image);

  await Promise.all([removal(engine, reaper), program.kill()]);

  t.true(await isRunning(program.said.containerId));
  await engine.getContainer(program.said.containerId).remove({force: true});
});

test('programs share a reaper, and get another one if it is taken away', async t => {
  await using own = await ownReaperImage();
  await using first = await openReaper(engine, own.image);
  await using _second = await openReaper(engine, own.image);
  const [reaper = '', ...more] = await reapersOf(own.image);
  t.deepEqual(more, []);

  await engine.getContainer(reaper).remove({force: true});

  await first.keep(); // answered by the next one
  t.not((await reapersOf(own.image))[0] ?? reaper, reaper);
});

test('plain testcontainers is served as by Ryuk', async t => {
  await using own = await ownReaperImage();
  await using program = await startProgram<{containerId: string}>('own-testcontainer.ts', {
    args: [base],
    env: {RYUK_CONTAINER_IMAGE: own.image},
  });
  const [reaper = ''] = await reapersOf(own.image);

  await Promise.all([removal(engine, program.said.containerId), removal(engine, reaper), program.kill()]);

  t.deepEqual(await reapersOf(own.image), []);
});

/** The reaper under a name that nobody else uses, so that a spec knows all its clients. */
async function ownReaperImage(): Promise<AsyncDisposable & {image: string}> {
  const [repo, tag] = ['posturelab/reaper', `spec-${randomUUID()}`];
  await engine.getImage(image).tag({repo, tag});
  return {
    image: `${repo}:${tag}`,
    async [Symbol.asyncDispose]() {
      await engine.getImage(`${repo}:${tag}`).remove({force: true});
    },
  };
}

/** Container ids. */
async function reapersOf(image: string): Promise<string[]> {
  const containers = await engine.listContainers({all: true, filters: {label: [`${labels.reaper}=true`]}});
  return containers.filter(({Image}) => Image === image).map(({Id}) => Id);
}

async function isRunning(containerId: string): Promise<boolean> {
  return (await engine.getContainer(containerId).inspect()).State.Running;
}

async function removal(engine: Engine, containerId: string): Promise<void> {
  await event(engine, {container: [containerId], event: ['destroy']});
}

async function event(engine: Engine, filters: Record<string, string[]>): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  const events = await engine.getEvents({filters, abortSignal: signal});
  for await (const _ of events) return;
  throw new Error(`the engine ended its events before one of ${JSON.stringify(filters)}`);
}
