// A TCP connection of the endpoint's, by real programs, when the dACL of its session changes: nothing is tracked.
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {execPath} from 'node:process';
import {createInterface} from 'node:readline';
import test from 'ava';
import type {ContainerLab} from '#harness/containers/container-lab.ts';
import {pidsOf} from '#harness/containers/container-lab.ts';
import {endpointOf} from '#harness/endpoint-handle.ts';
import {nadOf} from '#harness/nad-handle.ts';
import {adminOf, psnOf} from '#harness/psn-handle.ts';
import {becomesCompliant, isCompliantAcl} from '#harness/scenarios/becomes-compliant.ts';
import {inLab} from '#specs/flows/in-lab.ts';

const port = 9999;
const server = `require('node:net').createServer(s => s.on('error', () => {}).pipe(s)).listen(${port}, () => console.log('listening'))`;
const client = `const s = require('node:net').connect(${port}, '10.10.1.11', () => console.log('connected'));
s.on('data', data => console.log(String(data)));
process.stdin.on('data', data => s.write(String(data).trim()))`;

test.serial(
  'an established TCP connection dies with the deny, and what was sent meanwhile arrives when the deny is gone',
  inLab({}, async (t, lab) => {
    await becomesCompliant(lab);
    using listening = await runIn(lab, 'psn1', server);
    await listening.says('listening');
    using connection = await runIn(lab, 'endpoint', client);
    await connection.says('connected');
    connection.write('before');
    await connection.says('before');

    const closed = await replaceDacl(lab, `deny tcp any host 10.10.1.11 eq ${port}\n${lab.settings.dacl.compliant}`);
    connection.write('meanwhile');
    await untilDenied(lab, closed);
    t.deepEqual(connection.said, ['connected', 'before'], 'the segment met the deny');

    await replaceDacl(lab, lab.settings.dacl.compliant);
    await connection.says('meanwhile'); // TCP has not given up yet
    t.deepEqual(connection.said, ['connected', 'before', 'meanwhile']);
  }),
);

/** Returns the name of the list that is in force now. */
async function replaceDacl(lab: ContainerLab, text: string): Promise<string> {
  const after = lab.nowMs();
  await adminOf(lab).saveDacl('Posture_Compliant', text);
  await psnOf(lab).reauthenticate(endpointOf(lab).mac);
  return (await lab.until('acl-installed', {after, where: isCompliantAcl})).acl;
}

/** Until a packet has met the first entry of a list. */
async function untilDenied(lab: ContainerLab, list: string): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  while (performance.now() < deadlineMs) {
    const counts = await nadOf(lab).counters();
    if (counts.some(({acl, line, packets}) => acl === list && line === 1 && packets > 0)) return;
  }
  throw new Error('no packet met the deny in 30 s');
}

/** A program in a node's network namespace, and the lines that it says. */
class Running implements Disposable {
  readonly said: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<string, () => void>();

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    createInterface({input: child.stdout}).on('line', line => {
      this.said.push(line);
      this.#waiting.get(line)?.();
    });
  }

  write(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  async says(line: string): Promise<void> {
    if (this.said.includes(line)) return;
    await new Promise<void>(resolve => this.#waiting.set(line, resolve));
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

async function runIn(lab: ContainerLab, node: string, program: string): Promise<Running> {
  const pids = await pidsOf(lab.engine, {[node]: lab.containerOf(node).id});
  const child = spawn('nsenter', [`--net=/proc/${pids[node]}/ns/net`, execPath, '-e', program]);
  await once(child, 'spawn');
  return new Running(child);
}
