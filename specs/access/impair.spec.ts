// `posturelab impair`, links that are declared to misbehave, what comes back when a node does, and what a killed program leaves.
import {execFile} from 'node:child_process';
import {execPath} from 'node:process';
import {createInterface} from 'node:readline';
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {findEngine} from '#harness/containers/engine.ts';
import {noImpairment} from '#protocol/link/impairment.ts';
import {ping} from '#specs/access/ping.ts';
import {cli, posturelab} from '#specs/containers/posturelab.ts';
import {inLab, openSpecLab, places} from '#specs/flows/in-lab.ts';
import {topology} from '#topologies/single-psn.ts';

const psn = '10.10.1.11';
const rough = {
  ...topology,
  links: topology.links.map((link, place) =>
    place === 1 ? {...link, impairments: [{from: 'nad', delayMs: 300}]} : link,
  ),
};

const shortestMs = async (lab: ContainerLab) =>
  Math.min(...(await ping(lab, 'nad', psn, {count: 10})).map(({tookMs}) => tookMs));

test(
  'impair changes a running lab from another program, inspect tells, and clear makes it good',
  inLab({topology}, async (t, lab) => {
    const impaired = await posturelab('impair', lab.name, 'psn1', '--from', 'nad', '--delay', '300ms', '--json');
    t.is(impaired.exitCode, 0, impaired.stderr);
    t.like(JSON.parse(impaired.stdout), {lab: lab.name, link: 'nad:gi0-1 ── psn1:eth0'});
    t.true((await shortestMs(lab)) >= 30);

    const {impairments} = JSON.parse((await posturelab('inspect', lab.name, '--json')).stdout);
    t.is(impairments.length, 1);
    t.like(impairments[0], {from: 'nad', impairment: {...noImpairment, delayMs: 300}});
    t.true(['relay', 'netem'].includes(impairments[0].method));
    const logs = (await posturelab('logs', lab.name, '--json')).stdout.split('\n');
    t.true(logs.some(line => line.includes('"link-impaired"')));

    const cleared = await posturelab('impair', lab.name, 'nad:gi0-1', '--clear', '--json');
    t.deepEqual(JSON.parse(cleared.stdout).impairments, []);
    await lab.impair('psn1', {cut: true}); // who has deployed it goes on where the other program stopped
    t.deepEqual(await ping(lab, 'nad', psn, {count: 5}), []);
  }),
);

test(
  'impair refuses what it cannot do, with 2 and the reason, and changes nothing',
  inLab({topology}, async (t, lab) => {
    for (const [args, reason] of [
      [['psn1'], /say how the link is to misbehave/],
      [['psn1', '--loss', '1'], /--loss 1: expected a share of the frames such as 1%/],
      [['psn1', '--delay', '3000s'], /delayMs: expected milliseconds of lab time, at most 600000/],
      [['psn1', '--reorder', '1%'], /reordering: expected a delayMs above 0/],
      [['psn1', '--clear', '--cut'], /--clear .* does not go with --cut/],
      [['psn9', '--cut'], /there is no link psn9\. .*nad:gi0-1 or psn1:eth0/],
    ] as const) {
      const {exitCode, stdout, stderr} = await posturelab('impair', lab.name, ...args);
      t.is(exitCode, 2, `${args.join(' ')}: ${stderr}`);
      t.is(stdout, '');
      t.regex(stderr, reason);
    }
    t.is(await lab.wire(), null);
    t.is((await posturelab('impair', 'no-such-lab', 'psn1', '--cut')).exitCode, 2);
  }),
);

test(
  'what a topology declares is in force before anybody speaks, and outlives the power of either end',
  inLab({topology: rough}, async (t, lab) => {
    const [told] = lab.timeline.of('link-impaired');
    t.true((told?.atMs ?? Number.POSITIVE_INFINITY) < (lab.timeline.of('node-ready')[0]?.atMs ?? 0));
    t.true((await shortestMs(lab)) >= 30);
    for (const node of ['psn1', 'nad']) {
      await lab.stopNode(node);
      await lab.startNode(node);
      t.true((await shortestMs(lab)) >= 30, `${node} has new links`);
    }
    await lab.stopNode('psn1');
    await lab.impair('psn1', {delayMs: 600}, {from: 'nad'}); // of a link that is not there
    await lab.startNode('psn1');
    t.true((await shortestMs(lab)) >= 60);
  }),
);

test('a wire that ends is a fault, which ends every wait', async t => {
  using _place = await places.take();
  await using lab = await openSpecLab(t.title, {topology: rough});
  const reason = /^the wire is at fault: node wire: its process ended: frames .* are lost/;
  const refused = t.throwsAsync(lab.until('alarm-raised'), {message: reason});
  const label = [`posturelab.lab=${lab.name}`, 'posturelab.wire=true'];
  const [wire] = await lab.engine.listContainers({filters: {label}});
  await lab.engine.getContainer(wire?.Id ?? '').kill();

  await refused;
  t.is(lab.timeline.of('fault').length, 1);
});

// No lab of this process may open a wire at the same time.
test.serial('a program that is killed leaves no wire, nor anything else of its lab', async t => {
  const engine = await findEngine();
  const wires = () => engine.listContainers({filters: {label: ['posturelab.wire=true']}});
  const foreign = new Set((await wires()).map(({Id}) => Id));
  const child = execFile(execPath, [...cli, 'run', 'lossy-path']);
  for await (const line of createInterface({input: child.stdout ?? process.stdin}))
    if (line.includes('loses 5 %')) break;

  const wire = (await wires()).find(({Id}) => !foreign.has(Id));
  const label = [`posturelab.lab=${wire?.Labels['posturelab.lab']}`];
  const containers = await engine.listContainers({all: true, filters: {label}});
  t.true(containers.length >= 4);
  const removed = containers.map(({Id}) => engine.getContainer(Id).wait({condition: 'removed'}));
  child.kill('SIGKILL');
  await Promise.allSettled(removed); // one that has gone already cannot be waited for

  t.deepEqual(await engine.listContainers({all: true, filters: {label}}), []);
});
