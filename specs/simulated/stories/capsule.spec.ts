// A run as one file: played again it is the same, in another process too; changed, it is not; and a failing one becomes a spec.
import {execFile} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execPath} from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {type Capsule, CapsuleError, capsuleOf, readCapsule, replayCapsule, specOf} from '#harness/capsule.ts';
import {replayVerb} from '#harness/cli/verbs/replay.ts';
import {runVerb} from '#harness/cli/verbs/run.ts';
import {defaultSettings} from '#harness/lab-settings.ts';
import {playScenario} from '#harness/run-scenario.ts';
import {scenarios} from '#harness/scenarios/all.ts';
import {library} from '#harness/scenarios/library/all.ts';
import {rediscovery} from '#harness/scenarios/rediscovery.ts';
import {settled} from '#harness/settled.ts';
import {simulatedWorld} from '#harness/simulator/world.ts';
import {called} from '#specs/simulated/called.ts';

const known = [...scenarios, ...library];

async function capsule(seed = 4): Promise<Capsule> {
  const result = await playScenario(settled(rediscovery), {...simulatedWorld(seed), seed});
  const {topology, settings} = rediscovery;
  const healthy = defaultSettings(topology);
  return capsuleOf(result, {topology, settings: settings?.(healthy) ?? healthy});
}

const posturelab = (...args: string[]) =>
  promisify(execFile)(execPath, ['--disable-warning=ExperimentalWarning', 'harness/cli/main.ts', ...args]);

test('a capsule plays again to the same timeline, byte for byte', async t => {
  const saved = readCapsule(JSON.stringify(await capsule()));
  const replay = await replayCapsule(saved, {...simulatedWorld(saved.seed), known});

  t.like(replay, {passed: true, isSameStory: true, isSameTimeline: true, failure: null});
});

test('another seed is another timeline and the same story', async t => {
  const saved = await capsule();
  const replay = await replayCapsule({...saved, seed: 5}, {...simulatedWorld(5), known});

  t.like(replay, {isSameStory: true, isSameTimeline: false});
});

test('other settings are another story, and it is said where', async t => {
  const saved = await capsule();
  const settings = {...saved.settings, psn: {...saved.settings.psn, replication: false}};
  const replay = await replayCapsule({...saved, settings}, {...simulatedWorld(saved.seed), known});

  t.false(replay.isSameStory);
  t.regex(replay.differences.join('\n'), /psn2 cache, step 1/);
});

test('what is no capsule is refused with the reason', async t => {
  const saved = await capsule();
  const {settings: _, ...without} = saved;
  const broken = {...saved, topology: {...saved.topology, links: []}};

  t.throws(() => readCapsule('{"capsule":'), {instanceOf: CapsuleError, message: /not JSON/});
  t.throws(() => readCapsule('{}'), {instanceOf: CapsuleError, message: /run --save/});
  t.throws(() => readCapsule(JSON.stringify(without)), {instanceOf: CapsuleError, message: /no settings/});
  t.throws(() => readCapsule(JSON.stringify(broken)), {name: 'TopologyError'});
  const spoilt: [object, RegExp][] = [
    [{seed: 'x'}, /seed/],
    [{world: 'moon'}, /world/],
    [{story: 5}, /story/],
    [{settings: {}}, /settings\.dacl/],
    [{settings: {...saved.settings, timeScale: 'fast'}}, /settings\.timeScale/],
    [{settings: {...saved.settings, timeScale: 1e9}}, /settings\.timeScale/],
    [{settings: {...saved.settings, nad: {...saved.settings.nad, coaDelayMs: -1}}}, /settings\.nad\.coaDelayMs/],
    [{settings: {...saved.settings, psn: {...saved.settings.psn, untrusted: [1]}}}, /settings\.psn\.untrusted/],
  ];
  for (const [change, message] of spoilt)
    t.throws(() => readCapsule(JSON.stringify({...saved, ...change})), {instanceOf: CapsuleError, message});
  await t.throwsAsync(replayCapsule({...saved, scenario: 'none'}, {...simulatedWorld(1), known}), {
    instanceOf: CapsuleError,
  });
});

test('a capsule from before a setting was there has the setting of a healthy lab', async t => {
  const saved = await capsule();
  const {postureLeaseMs: _, ...psn} = saved.settings.psn;
  const old = readCapsule(JSON.stringify({...saved, settings: {...saved.settings, psn}}));

  t.deepEqual(old.settings, saved.settings);
});

test('the command saves a failing run, plays it again in another process, and makes a spec of it that fails', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-capsule-'));
  const [file, spec] = [join(folder, 'run.json'), join(folder, 'run.spec.ts')];
  try {
    const failing = ['rediscovery', '--world', 'simulated', '--seed', '9', '--set', 'psn.probePort=8500'];
    t.is((await called(runVerb(), ...failing, '--quiet', '--save', file)).exitCode, 1);
    const {stdout} = await posturelab('replay', file, '--json');
    t.is((await called(replayVerb(), file, '--spec', spec)).exitCode, 0);
    const saved = readCapsule(await readFile(file, 'utf8'));

    t.like(JSON.parse(stdout), {passed: false, isSameStory: true, isSameTimeline: true, seed: 9});
    t.is(await readFile(spec, 'utf8'), specOf(saved));
    t.regex(specOf(saved), /seed 9, FAILED when it was saved/);
    await writeFile(file, JSON.stringify({...saved, timelineSha256: 'another'}));
    t.is((await called(replayVerb(), file)).exitCode, 1);
    t.is((await called(replayVerb(), join(folder, 'none.json'))).exitCode, 2);
  } finally {
    await rm(folder, {recursive: true});
  }
});
