// `posturelab acl` as a program meets it: files and standard input, one JSON document, exit codes.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {posturelabReads} from '#specs/containers/posturelab.ts';

const acl = (args: string[], input = '') => posturelabReads(input, 'acl', ...args);

const good = 'deny tcp any host 10.10.1.11 eq 8449\npermit ip any any\n';
const packets = [
  {protocol: 'tcp', source: '192.168.255.193', destination: '10.10.1.11', destinationPort: 8449},
  {protocol: 'tcp', source: '192.168.255.193', destination: '10.10.1.11', destinationPort: 443},
  {protocol: 'udp', source: '192.168.255.194', destination: '10.10.1.11', destinationPort: 53},
];
const packetLines = packets.map(packet => `${JSON.stringify(packet)}\n`).join('');

async function inFolder(
  files: Record<string, string>,
  body: (path: (name: string) => string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'posturelab-acl-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    await body(name => join(folder, name));
  } finally {
    await rm(folder, {recursive: true});
  }
}

test.serial('check answers yes with 0, and its document has the entries as IOS prints them', async t => {
  const {exitCode, stdout, stderr} = await acl(
    ['check', '-', '--psn', '10.10.1.11', '--json'],
    'deny TCP any h 10.10.1.11 eq 8449\npermit udp any any eq 53\ndeny udp any any\npermit ip any any',
  );
  t.is(exitCode, 0, stderr);
  t.is(stderr, '');
  t.deepEqual(JSON.parse(stdout), {
    ok: true,
    entries: [
      {line: 1, action: 'deny', text: 'deny tcp any host 10.10.1.11 eq 8449'},
      {line: 2, action: 'permit', text: 'permit udp any any eq domain'},
      {line: 3, action: 'deny', text: 'deny udp any any'},
      {line: 4, action: 'permit', text: 'permit ip any any'},
    ],
    problems: [],
  });
});

test.serial('check answers no with 1, and says where, why, what to do and which packet proves it', async t => {
  const {exitCode, stdout} = await acl(['check', '-', '--psn', '10.10.1.11,10.10.2.12', '--json'], good);
  const document = JSON.parse(stdout);
  t.is(exitCode, 1);
  t.false(document.ok);
  t.like(document.problems[0], {severity: 'error', code: 'probe-not-denied', line: 2, column: 1});
  t.is(document.problems[0].packet.destination, '10.10.2.12');

  const words = await acl(['check', '-', '--psn', '10.10.2.12'], good);
  t.is(words.exitCode, 1);
  t.regex(words.stdout, /^-:2:1: error probe-not-denied: PSN 10\.10\.2\.12/m);
});

test.serial('check --fix prints the corrected text', async t => {
  const {exitCode, stdout} = await acl(['check', '-', '--psn', '10.10.1.11,10.10.2.12', '--fix'], good);
  t.is(exitCode, 0);
  t.is(stdout, `deny tcp any host 10.10.2.12 eq 8449\n${good}`);
});

test.serial('check takes another probe port, and lists for endpoints whose posture is not known', async t => {
  t.is((await acl(['check', '-', '--psn', '10.10.1.11', '--port', '8500'], good.replace('8449', '8500'))).exitCode, 0);
  const {stdout} = await acl(['check', '-', '--for', 'pre-posture', '--json'], 'permit udp any any eq 53');
  const codes: string[] = JSON.parse(stdout).problems.map(({code}: {code: string}) => code);
  t.deepEqual(codes.toSorted(), ['dhcp-blocked', 'portal-blocked', 'posture-blocked', 'probe-blocked']);
});

test.serial('compile prints a ruleset for nft, and refuses a list with errors', async t => {
  const {exitCode, stdout} = await acl(['compile', '-', '--endpoint', '192.168.255.193'], good);
  t.is(exitCode, 0);
  t.true(stdout.split('\n').every(line => line === '' || line.startsWith('add ')));
  t.regex(stdout, /tcp dport 8449 counter drop comment "line 1"/);
  t.regex(stdout, /\{ 192\.168\.255\.193 : goto acl_1 \}/);

  const refused = await acl(['compile', '-', '--json'], 'permit ip any');
  t.is(refused.exitCode, 1);
  t.like(JSON.parse(refused.stdout), {ok: false, ruleset: null});
});

test.serial('test judges packets in their order, in the model and in the kernel alike', async t => {
  await inFolder({'good.acl': good, 'packets.ndjson': packetLines}, async path => {
    for (const where of ['model', 'kernel']) {
      const {exitCode, stdout, stderr} = await acl([
        'test',
        path('good.acl'),
        '--packets',
        path('packets.ndjson'),
        '--in',
        where,
      ]);
      t.is(exitCode, 0, stderr);
      t.is(
        stdout,
        '{"verdict":"deny","line":1}\n{"verdict":"permit","line":2}\n{"verdict":"permit","line":2}\n',
        where,
      );
    }
    const session = await acl(
      ['test', path('good.acl'), '--packets', '-', '--endpoint', '192.168.255.193', '--in', 'kernel'],
      packetLines,
    );
    t.is(
      session.stdout,
      '{"verdict":"deny","line":1}\n{"verdict":"permit","line":2}\n{"verdict":"deny","line":null}\n',
    );
  });
});

test.serial('neighbour discovery passes an IPv6 list that does not name it, unless the call says no', async t => {
  const solicitation = `{"protocol":58,"source":"fe80::1","destination":"ff02::1:ff00:2","icmpType":135,"icmpCode":0}\n`;
  await inFolder({'tcp.acl': 'permit tcp any any\n', 'packets.ndjson': solicitation}, async path => {
    const judged = ['test', path('tcp.acl'), '--ipv6', '--packets', path('packets.ndjson'), '--in'];
    for (const where of ['model', 'kernel']) {
      const [usual, strict] = [
        await acl([...judged, where]),
        await acl([...judged, where, '--no-neighbour-discovery']),
      ];
      t.is(usual.stdout, '{"verdict":"permit","line":null}\n', `${where}: ${usual.stderr}`);
      t.is(strict.stdout, '{"verdict":"deny","line":null}\n', `${where}: ${strict.stderr}`);
    }
  });
});

test.serial('a time range counts at the time that the call names', async t => {
  await inFolder(
    {'day.cfg': 'time-range WORK\n periodic weekdays 8:00 to 17:00\n', 'packets.ndjson': packetLines},
    async path => {
      const at = async (time: string) =>
        (
          await acl(
            ['test', '-', '--packets', path('packets.ndjson'), '--time-ranges', path('day.cfg'), '--at', time],
            'deny ip any any time-range WORK\npermit ip any any',
          )
        ).stdout.split('\n')[0];
      t.is(await at('2026-11-27T12:00Z'), '{"verdict":"deny","line":1}');
      t.is(await at('2026-11-28T12:00Z'), '{"verdict":"permit","line":2}');
    },
  );
});

test.serial('mutate tells which entries scenarios hit, and which mistakes none of them notices', async t => {
  const list = 'deny tcp any host 10.10.1.11 eq 8449\ndeny tcp any host 10.10.2.12 eq 8449\npermit ip any any';
  const {exitCode, stdout, stderr} = await acl(['mutate', '-', '--run', 'sync-probing', '--json'], list);
  const {failed, entries, changes, unnoticed} = JSON.parse(stdout);
  t.is(exitCode, 1, stderr);
  t.deepEqual(failed, []);
  t.true(entries[0].packets > 0);
  t.true(entries[1].packets > 0);
  t.true(changes > 10);
  const told: string[] = unnoticed.map(({line, change}: {line: number; change: string}) => `${change} ${line}`);
  t.false(told.includes('dropped 1'), 'without the deny for psn1 the probe is answered');
  t.false(told.includes('dropped 3'), 'psn2’s name is asked for through the permit');
  t.true(told.includes('widened 1'), 'nothing is sent that only a wider deny would meet');
});

test.serial('wrong calls end with 2, say why, and print nothing on stdout', async t => {
  await inFolder(
    {
      'good.acl': good,
      'bad.ndjson': '{"protocol":"tcp"}',
      'port.ndjson': JSON.stringify({...packets[0], destinationPort: 70_000}),
    },
    async path => {
      for (const [args, why] of [
        [['check', path('missing.acl')], /cannot read/],
        [['check', '-', '--psn', 'psn1.example.com'], /expected an IP address/],
        [['check', '-', '--port', '0'], /1 to 65535/],
        [['check', '-', '--at', 'tomorrow'], /expected a time/],
        [['compile', '-', '--endpoint', '2001:db8::1'], /expected an IPv4 address/],
        [['test', '-', '--packets', '-'], /standard input/],
        [['test', path('good.acl')], /--packets/],
        [['test', path('good.acl'), '--packets', path('bad.ndjson')], /bad\.ndjson:1: source/],
        [
          ['test', path('good.acl'), '--packets', path('port.ndjson')],
          /port\.ndjson:1: destinationPort: expected a number/,
        ],
        [['test', path('good.acl'), '--packets', '-', '--in', 'dreams'], /Allowed choices/],
        [['frobnicate'], /unknown command/],
        [['mutate', '-', '--run', 'no-such-story'], /there is no scenario/],
      ] as const) {
        const ended = await acl([...args]);
        t.is(ended.exitCode, 2, `${args.join(' ')}: ${ended.stderr}`);
        t.is(ended.stdout, '', args.join(' '));
        t.regex(ended.stderr, why);
      }
    },
  );
});
