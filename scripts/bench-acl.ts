/** Prints what access lists cost, long ones and hostile ones: `node scripts/bench-acl.ts`. */
import {stderr, stdout} from 'node:process';
import {openProofContainer} from '#harness/acl/proof-container.ts';
import {swapInContainer} from '#harness/acl/swap.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {compileAcl} from '#protocol/dacl/compile.ts';
import {lintAcl} from '#protocol/dacl/lint.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

const source = '192.168.255.193';
const destination = '10.200.0.1';
const rounds = 15;
const say = (message: string) => stderr.write(`${message}\n`);

measureText();
measureGarbage();
await measureInstall();
await measureRate();

function measureText(): void {
  const text = hosts(10_000).join('\n');
  const times = Array.from({length: rounds + 5}, () => {
    const startedMs = performance.now();
    const {acl} = lintAcl(text, {family: 'ipv4', psns: ['10.10.1.11'], port: 8449, state: 'compliant'});
    const lintedMs = performance.now();
    compileAcl(acl, 'acl_1');
    return {lint: lintedMs - startedMs, all: performance.now() - startedMs};
  });
  const [{all: coldMs} = {all: Number.NaN}] = times;
  const warm = times.slice(5);
  const all = median(warm.map(time => time.all));
  line(
    'dACL of 10,000 entries, read and linted',
    `${median(warm.map(time => time.lint)).toFixed(0)} ms; with compiling ${all.toFixed(0)} ms (${all <= 150 ? 'within' : 'OVER'} the bar of 150; warm, median of ${rounds}, best ${Math.min(...warm.map(time => time.all)).toFixed(0)} ms; the first time ${coldMs.toFixed(0)} ms)`,
  );
}

function measureGarbage(): void {
  const size = 10 * 1024 * 1024;
  const pieces = {
    'random bytes': String.fromCharCode(
      ...Array.from({length: 4099}, (_, index) => (index * index * 31 + index * 7) & 255),
    ),
    words: 'permit tcp any host foo eq domian bananas\n',
    'line ends': '\n',
    'one line': 'permit ',
  };
  const times = Object.entries(pieces).map(([name, piece]) => {
    const text = piece.repeat(Math.ceil(size / piece.length));
    const startedMs = performance.now();
    parseAcl(text, {name: 'garbage'});
    return `${name} ${(performance.now() - startedMs).toFixed(0)} ms`;
  });
  line('10 MB of garbage', times.join(', '));
}

async function measureInstall(): Promise<void> {
  await using bench = await openProofContainer(say);
  const packets = Array.from({length: 1000}, (_, index): Packet => packetTo(`10.200.${index >> 8}.${index & 255}`));
  const short = {acl: listOf(10), endpoint: source, packets};
  const long = {acl: listOf(10_000), endpoint: source, packets: packets.slice(0, 10)};
  const installs: number[] = [];
  for (let round = 0; round <= 5; round += 1) {
    installs.push((await bench.judge(long)).installMs);
    await bench.judge(short);
    await bench.judge(short); // with which the long list is gone from the kernel
  }
  const [coldMs = Number.NaN, ...warm] = installs;
  const installMs = median(warm);
  line(
    '10,000 entries in the kernel',
    `${installMs.toFixed(0)} ms, compiling included (${installMs <= 300 ? 'within' : 'OVER'} the bar of 300; median of ${warm.length}, best ${Math.min(...warm).toFixed(0)} ms; the first time ${coldMs.toFixed(0)} ms)`,
  );
  const {packetsMs} = await bench.judge(short);
  line('1,000 packets judged by the kernel', `${packetsMs.toFixed(0)} ms, each observed in two places`);
}

async function measureRate(): Promise<void> {
  const rates: number[] = [];
  for (const entries of [10, 10_000]) {
    const acl = listOf(entries);
    const {entered, elapsedMs} = await swapInContainer(
      {lists: [acl, acl], replacements: 0, flowMs: 3000, source, destination},
      say,
    );
    rates.push(((entered.permitted + entered.denied) * 1000) / elapsedMs);
  }
  const [short = 0, long = 0] = rates;
  const ratio = long / short;
  line(
    'packets through a port',
    `${long.toFixed(0)} per second with 10,000 entries, ${short.toFixed(0)} with 10: ratio ${ratio.toFixed(2)} (${ratio >= 0.5 ? 'within' : 'BELOW'} the bar of 0.5; the sender is the limit)`,
  );
}

function hosts(count: number): string[] {
  return Array.from(
    {length: count},
    (_, index) =>
      `${index % 3 ? 'permit' : 'deny'} tcp any host 10.${index >> 8}.${index & 255}.${(index % 250) + 1} eq ${1000 + (index % 9000)}`,
  );
}

function listOf(entries: number): Acl {
  const text = [...hosts(entries - 2), `permit tcp any host ${destination} eq 1001`, 'deny ip any any'].join('\n');
  return parseAcl(text, {name: 'bench'}).acl;
}

function packetTo(address: string): Packet {
  return {protocol: 6, source, destination: address, sourcePort: 50_000, destinationPort: 443, flags: ['syn'], ttl: 64};
}

function line(what: string, value: string): void {
  stdout.write(`${what.padEnd(40)} ${value}\n`);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
