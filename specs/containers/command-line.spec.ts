// The command line as a program meets it: one JSON document on stdout and nothing else, and exit codes that tell apart who is wrong.
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import {connect} from 'node:net';
import {execPath} from 'node:process';
import {createInterface} from 'node:readline';
import test from 'ava';
import {becomesCompliant} from '#harness/scenarios/becomes-compliant.ts';
import {cli, posturelab} from '#specs/containers/posturelab.ts';
import {inSharedLab} from '#specs/flows/in-shared-lab.ts';

const inLab = inSharedLab({});

test(
  'inspect, logs and exec of a running lab, as JSON',
  inLab(async (t, lab) => {
    const {installed} = await becomesCompliant(lab);

    const inspected = await posturelab('inspect', lab.name, '--json');
    const document = JSON.parse(inspected.stdout);
    t.is(document.lab, lab.name);
    t.is(document.nodes.length, 4);
    t.like(document.sessions[0], {sessionId: installed.sessionId, authorized: true});
    t.is(document.agents[0].status, 'Compliant');
    t.deepEqual(document.alarms, []);

    const logs = await posturelab('logs', lab.name, 'psn1', '--json');
    const events = logs.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    t.true(events.some(event => event.kind === 'posture-settled' && event.status === 'Compliant'));
    t.true(events.every(event => event.node === 'psn1'));

    const executed = await posturelab('exec', lab.name, 'nad', '--', 'ip', '-br', 'link', 'show', 'fa0-12');
    t.is(executed.exitCode, 0);
    t.regex(executed.stdout, /^fa0-12/);
    t.is((await posturelab('exec', lab.name, 'psn1', '--', 'false')).exitCode, 1);
  }),
);

test(
  "forward leads a loopback port to a PSN's portal",
  inLab(async (t, lab) => {
    const child = execFile(execPath, [...cli, 'forward', lab.name, 'psn1:8443', '--json']);
    if (!child.stdout) throw new Error('no stdout');
    const [line] = (await once(createInterface({input: child.stdout}), 'line')) as [string];
    const [host = '', port = ''] = JSON.parse(line).listen.split(':');

    const socket = connect({host, port: Number(port)});
    await once(socket, 'connect');
    socket.write('this is no TLS\r\n\r\n');
    await once(socket.resume(), 'close'); // the PSN hangs up on what is not TLS: it was there
    child.kill('SIGTERM');
    await once(child, 'close');

    t.is(host, '127.0.0.1');
  }),
);

test(
  'capture writes pcapng of a link',
  inLab(async (t, lab) => {
    const child = execFile(execPath, [...cli, 'capture', lab.name, 'nad:fa0-12', '-w', '-'], {
      encoding: 'buffer',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (!child.stdout) throw new Error('no stdout');
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    const closed = once(child, 'close');
    await Promise.race([once(child.stdout, 'data'), closed]);
    child.kill('SIGINT');
    await closed;

    const written = Buffer.concat(parts);
    t.is(written.readUInt32LE(0), 0x0a0d0d0a, 'Section Header Block');
    t.true(written.includes('nad:fa0-12'), 'the interface has its name');
  }),
);

test('wrong calls end with 2, and say what is possible', async t => {
  for (const args of [
    ['run', 'no-such-story'],
    ['inspect', 'no-such-lab'],
    ['deploy', 'no-such-topology'],
    ['deploy', '--name', 'x y'],
    ['run', 'posture', '--set', 'nad.bananas=1'],
    ['frobnicate'],
    ['exec'],
    ['forward', 'x', 'psn1'],
  ]) {
    const ended = await posturelab(...args);
    t.is(ended.exitCode, 2, `${args.join(' ')}: ${ended.stderr}`);
    t.is(ended.stdout, '', args.join(' '));
    t.true(ended.stderr.length > 20, args.join(' '));
  }
});

test('validate answers yes or no about a topology and deploys nothing', async t => {
  const good = await posturelab('validate', 'three-psn', '--json');
  t.is(good.exitCode, 0);
  t.true(JSON.parse(good.stdout).ok);

  const bad = await posturelab('validate', 'package.json', '--json');
  t.is(bad.exitCode, 1);
  t.true(JSON.parse(bad.stdout).problems.length > 0);
});
