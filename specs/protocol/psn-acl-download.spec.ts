// The download of dACLs in one round or many, and every way in which it fails (domain.md 5.5, 11.18, 11.19, 11.30).
import test from 'ava';
import fc from 'fast-check';
import {collectAclEntries} from '#protocol/radius/acl-download.ts';
import {avPair, bytes, readBytes, readText, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute, RadiusPacket} from '#protocol/radius/packet.ts';
import {PsnBench, secret, settingsOf} from '#specs/protocol/psn-bench.ts';

const name = '#ACSACL#-IP-C-636b75ac';
const pairs = [avPair('aaa:service=ip_admission'), avPair('aaa:event=acl-download')];

test('a small dACL comes in one Access-Accept, entry n as ip:inacl#n, with a Class of its own', t => {
  const bench = new PsnBench();
  const answers = download(bench);
  t.deepEqual(
    answers.map(({code}) => code),
    ['Access-Accept'],
  );
  t.deepEqual(collectAclEntries(answers), {
    ok: true,
    entries: ['deny tcp any host 10.10.1.11 eq 8449', 'permit ip any any'],
  });
  t.is(answers[0] && readText(answers[0], 'User-Name'), name);
  t.regex((answers[0] && readText(answers[0], 'Class')) ?? '', /^CACS:0a0a010b[A-Za-z0-9_/]{43}:psn1\/\d+\/\d+$/);
  t.deepEqual(bench.of('acl-served'), [{kind: 'acl-served', acl: name, rounds: 1, entries: 2}]);
  t.is(bench.view().liveLog.at(-1)?.code, 5232);
  t.deepEqual(bench.view().sessions, [], 'a download makes no session');
});

const seed = 5051;
test(`any dACL arrives as it was typed, in rounds of at most 4096 bytes, seed ${seed}`, t => {
  const entry = fc
    .string({unit: 'grapheme-ascii', minLength: 1, maxLength: 200})
    .map(line => line.trim())
    .filter(line => line !== '');
  fc.assert(
    fc.property(fc.array(entry, {maxLength: 150}), entries => {
      const bench = benchWith(entries.join('\n'));
      const answers = download(bench);
      t.deepEqual(collectAclEntries(answers), {ok: true, entries});
      t.true(bench.effects.every(effect => effect.kind !== 'send' || effect.bytes.length <= 4096));
    }),
    {seed, numRuns: 60},
  );
});

test('blank lines, indents and carriage returns are no entries', t => {
  const answers = download(benchWith('\r\n  permit tcp any any\r\n\r\n\tpermit udp any any\n'));
  t.deepEqual(collectAclEntries(answers), {ok: true, entries: ['permit tcp any any', 'permit udp any any']});
});

interface Failure {
  what: string;
  code: number;
  prepare?: (bench: PsnBench) => void;
  attributes?: RadiusAttribute[];
}

const failures: Failure[] = [
  {what: 'a dACL that was deleted', code: 11023, prepare: bench => bench.command({name: 'delete-dacl', dacl: 'C'})},
  {what: 'a name that ISE never made', code: 11023, attributes: [text('User-Name', '#ACSACL#-IP-C'), ...pairs]},
  {
    what: 'a request without aaa:event=acl-download',
    code: 11025,
    attributes: [text('User-Name', name), ...pairs.slice(0, 1)],
  },
  {
    what: 'a version that was edited away',
    code: 11026,
    prepare: bench => bench.command({name: 'save-dacl', dacl: {name: 'C', text: 'permit ip any any', savedAtS: 0}}),
  },
  {
    what: 'a State of nowhere',
    code: 11035,
    attributes: [text('User-Name', name), ...pairs, bytes('State', new Uint8Array(28))],
  },
  {what: 'a State of another length', code: 11035, attributes: [text('User-Name', name), ...pairs, text('State', 'x')]},
  {
    what: 'an entry that no attribute can hold',
    code: 11053,
    prepare: bench =>
      bench.command({name: 'save-dacl', dacl: {name: 'C', text: `remark ${'x'.repeat(240)}`, savedAtS: 0x636b_75ad}}),
    attributes: [text('User-Name', '#ACSACL#-IP-C-636b75ad'), ...pairs],
  },
];

for (const {what, code, prepare, attributes = [text('User-Name', name), ...pairs]} of failures) {
  test(`${what} is refused: 5419 with ${code}`, t => {
    const bench = new PsnBench();
    prepare?.(bench);
    t.is(bench.radius('Access-Request', attributes)?.code, 'Access-Reject');
    t.deepEqual(
      bench.of('acl-refused').map(event => event.code),
      [code],
    );
    const row = bench.view().liveLog.at(-1);
    t.is(row?.code, 5419);
    t.regex(row?.attributes['Failure Reason'] ?? '', new RegExp(`^${code} `));
  });
}

for (const {what, code, spoil} of [
  {what: 'no Message-Authenticator', code: 11024, spoil: (packet: Uint8Array) => packet.with(20, 33)},
  {
    what: 'a wrong Message-Authenticator',
    code: 11036,
    spoil: (packet: Uint8Array) => packet.with(22, (packet[22] ?? 0) ^ 1),
  },
]) {
  test(`a request with ${what} is not answered, and noted as 5419 with ${code}`, t => {
    const bench = new PsnBench();
    const request = bench.encode('Access-Request', [text('User-Name', name), ...pairs]);
    t.deepEqual(bench.deliver('Access-Request', spoil(request.bytes)), []);
    t.deepEqual(
      bench.of('acl-refused').map(event => event.code),
      [code],
    );
    t.true(bench.view().liveLog.some(row => row.code === 5419));
  });
}

test('after an edit between Access-Accept and download the first try fails with 11026, the next authentication names the new version', t => {
  const bench = new PsnBench();
  bench.authenticate();
  bench.command({name: 'save-dacl', dacl: {name: 'U', text: 'permit ip any any', savedAtS: 0x636b_75ff}});
  t.is(askFor(bench, '#ACSACL#-IP-U-636b75ac')?.code, 'Access-Reject');
  bench.authenticate();
  t.is(bench.session()?.acl, '#ACSACL#-IP-U-636b75ff');
  t.is(askFor(bench, '#ACSACL#-IP-U-636b75ff')?.code, 'Access-Accept');
});

test('a download that pauses for more than a minute between rounds has timed out (11035)', t => {
  const bench = benchWith(longText);
  const challenge = askFor(bench, name);
  bench.elapse(60_001);
  const state = challenge && readBytes(challenge, 'State');
  t.is(askFor(bench, name, state)?.code, 'Access-Reject');
  t.deepEqual(
    bench.of('acl-refused').map(event => event.code),
    [11035],
  );
});

test('a State is good for the dACL and version it was given for, and not after a restart of the node', t => {
  const bench = benchWith(longText);
  const challenge = askFor(bench, name);
  const state = challenge && readBytes(challenge, 'State');
  t.is(challenge?.code, 'Access-Challenge');
  t.is(askFor(bench, '#ACSACL#-IP-N-636b75ac', state)?.code, 'Access-Reject');
  const restarted = benchWith(longText, {chance: 99});
  t.is(askFor(restarted, name, state)?.code, 'Access-Reject');
  t.is(askFor(bench, name, state)?.code, 'Access-Challenge');
});

test('a round that is asked for again, with a new request, is given again', t => {
  const bench = benchWith(longText);
  const challenge = askFor(bench, name);
  const state = challenge && readBytes(challenge, 'State');
  t.deepEqual(askFor(bench, name, state)?.attributes.slice(2, 9), askFor(bench, name, state)?.attributes.slice(2, 9));
});

test('ten thousand downloads left open keep nothing in the node: the first can still be finished', t => {
  const bench = benchWith(longText);
  const first = askFor(bench, name);
  for (let count = 0; count < 10_000; count += 1) askFor(bench, name);
  t.is(askFor(bench, name, first && readBytes(first, 'State'))?.code, 'Access-Challenge');
});

const longText = Array.from({length: 150}, (_, index) => `permit tcp any host 10.0.0.${index} range 1000 2000`).join(
  '\n',
);

function benchWith(dacl: string, {chance = 0} = {}): PsnBench {
  const {policy} = settingsOf();
  const dacls = policy.dacls.map(item => (item.name === 'C' ? {...item, text: dacl} : item));
  return new PsnBench({policy: {...policy, dacls}}, chance);
}

function askFor(bench: PsnBench, acl: string, state?: Uint8Array): RadiusPacket | undefined {
  return bench.radius('Access-Request', [text('User-Name', acl), ...pairs, ...(state ? [bytes('State', state)] : [])], {
    secret,
  });
}

/** All rounds, as a switch asks for them. */
function download(bench: PsnBench): RadiusPacket[] {
  const answers: RadiusPacket[] = [];
  for (let state: Uint8Array | undefined; answers.at(-1)?.code !== 'Access-Accept'; ) {
    const answer = askFor(bench, name, state);
    if (answer === undefined || answer.code === 'Access-Reject') throw new Error(`round ${answers.length + 1} failed`);
    answers.push(answer);
    state = readBytes(answer, 'State');
  }
  return answers;
}
