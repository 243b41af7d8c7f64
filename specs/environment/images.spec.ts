// Images are known by what is in them: the same sources are never built twice, other sources never run in old images.
import {randomUUID} from 'node:crypto';
import {cp, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {findEngine} from '#harness/containers/engine.ts';
import {ensureBuilt} from '#harness/containers/images.ts';
import {type ImageContext, imageContexts, repositoryRoot} from '#harness/containers/images-context.ts';
import {startProgram} from '#specs/environment/program.ts';

const engine = await findEngine();

test('a change in the protocol concerns the nodes, not the base and the reaper', async t => {
  await using tree = await sourceTree();
  const before = imageContexts(tree.root);
  t.deepEqual(tags(imageContexts(tree.root)), tags(before));

  await writeFile(join(tree.root, 'protocol/role.ts'), '// other\n');

  const after = imageContexts(tree.root);
  const changed = Object.values(after).filter(({kind, tag}) => before[kind].tag !== tag);
  t.deepEqual(changed.map(({kind}) => kind).sort(), ['desk-switch', 'endpoint', 'nad', 'psn', 'wire']);
});

test('a change of the base concerns all images', async t => {
  await using tree = await sourceTree();
  const before = tags(imageContexts(tree.root));

  await writeFile(join(tree.root, 'images/base/packages'), 'bash\n');

  t.deepEqual(
    tags(imageContexts(tree.root)).filter(tag => before.includes(tag)),
    [],
  );
});

test('programs that need the same new image at once have it built once, and after that nothing is built', async t => {
  await using tree = await sourceTree();
  const {base, reaper} = imageContexts(tree.root);
  await using _ = removed(reaper);
  const said: string[] = [];
  const build = () => ensureBuilt(engine, {base, reaper}, message => said.push(message));

  await Promise.all([build(), build(), build()]);
  await build();

  t.is(said.filter(message => message.startsWith('building')).length, 1, said.join('\n'));
  t.truthy(await engine.getImage(reaper.tag).inspect());
});

test("a builder that is killed half-way is in nobody's way", async t => {
  await using tree = await sourceTree();
  const {base, reaper} = imageContexts(tree.root);
  await using _ = removed(reaper);
  await using builder = await startProgram<string>('build-image.ts', {args: [tree.root]});

  await builder.kill();
  await ensureBuilt(engine, {base, reaper}, () => {});

  t.truthy(await engine.getImage(reaper.tag).inspect());
});

test('an unprivileged service changes links and filters if its container may, and only then', async t => {
  await using tree = await sourceTree();
  await writeFile(join(tree.root, 'images/nad/main.ts'), '// nothing to do\n');
  const {base, nad} = imageContexts(tree.root);
  await using _ = removed(nad);
  await ensureBuilt(engine, {base, nad}, () => {});
  const script =
    'ip link add p0 type veth peer name p1 && ip link set p0 up && nft add table netdev t && nft list tables';

  const allowed = await run(nad.tag, script, ['NET_ADMIN']);
  const denied = await run(nad.tag, script, []);

  t.deepEqual(allowed, {code: 0, output: 'table netdev t'});
  t.not(denied.code, 0);
});

/** A copy of what the images are made from; with a file of its own, so that its images are, too. */
async function sourceTree(): Promise<AsyncDisposable & {root: string}> {
  const root = await mkdtemp(join(tmpdir(), 'posturelab-spec-'));
  for (const folder of ['images', 'protocol']) {
    await cp(join(repositoryRoot, folder), join(root, folder), {recursive: true});
  }
  for (const kind of ['reaper', 'nad']) await writeFile(join(root, `images/${kind}/spec.txt`), randomUUID());
  return {root, [Symbol.asyncDispose]: () => rm(root, {recursive: true})};
}

function tags(contexts: Record<string, ImageContext>): string[] {
  return Object.values(contexts).map(({tag}) => tag);
}

function removed({tag}: ImageContext): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await engine.getImage(tag).remove({force: true});
    },
  };
}

async function run(image: string, script: string, capabilities: string[]): Promise<{code: number; output: string}> {
  const container = await engine.createContainer({
    Image: image,
    Cmd: ['sh', '-c', script],
    Tty: true, // the log without frames
    HostConfig: {NetworkMode: 'none', CapDrop: ['ALL'], CapAdd: capabilities},
  });
  const ended = container.wait({condition: 'next-exit'});
  await container.start();
  const {StatusCode} = await ended;
  const output = (await container.logs({stdout: true, stderr: true})).toString();
  await container.remove();
  return {code: StatusCode, output: output.trim()};
}
