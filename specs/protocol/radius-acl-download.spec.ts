// A dACL too large for one packet comes in rounds. Whatever is missing, there twice or unreadable makes another ACL, so it is refused.
import test from 'ava';
import fc from 'fast-check';
import {
  AclEntryTooLongError,
  aclEntryPair,
  aclRoundBudgetBytes,
  collectAclEntries,
  splitAclRounds,
} from '#protocol/radius/acl-download.ts';
import {avPair, bytes, text} from '#protocol/radius/attributes.ts';
import {decodePacket, type RadiusPacket} from '#protocol/radius/packet.ts';
import {encodeRequest} from '#protocol/radius/request.ts';
import {encodeResponse, readResponse} from '#protocol/radius/response.ts';

const secret = 'posturelab';

test('entries that fit are one round, and no entries are one empty round', t => {
  t.deepEqual(splitAclRounds(['deny ip any any'], aclRoundBudgetBytes), [['deny ip any any']]);
  t.deepEqual(splitAclRounds([], aclRoundBudgetBytes), [[]]);
});

test('a round is filled to its last byte', t => {
  const bytesOf = (n: number, entry: string) => 8 + aclEntryPair(n, entry).length;
  const budgetBytes = bytesOf(1, 'permit ip any any') + bytesOf(2, 'deny ip any any');
  const entries = ['permit ip any any', 'deny ip any any'];

  t.is(splitAclRounds(entries, budgetBytes).length, 1);
  t.is(splitAclRounds(entries, budgetBytes - 1).length, 2);
});

test('an entry too long for an attribute is named, with its number', t => {
  const entry = `permit ip any any ${'x'.repeat(220)}`;
  const error = t.throws(() => splitAclRounds(['deny ip any any', entry], aclRoundBudgetBytes), {
    instanceOf: AclEntryTooLongError,
  });

  t.is(error?.entryNumber, 2);
  t.true(error?.message.includes(entry));
  t.regex(error?.message ?? '', /takes 249 bytes as ip:inacl#2=, and a Cisco-AVPair has room for 247/);
});

test('247 bytes of pair are not too long, counted in bytes and not in characters', t => {
  const entry = (length: number) => 'é'.repeat(117) + 'x'.repeat(length - 234);

  t.notThrows(() => splitAclRounds([entry(236)], aclRoundBudgetBytes));
  t.throws(() => splitAclRounds([entry(237)], aclRoundBudgetBytes), {instanceOf: AclEntryTooLongError});
});

test('a budget that no entry fits is refused rather than exceeded', t => {
  t.throws(() => splitAclRounds(['deny ip any any'], 20), {instanceOf: RangeError, message: /of a budget of 20/});
});

test('pairs are put in the order of their numbers, not of their arrival', t => {
  const answers = [challenge('ip:inacl#3=c', 'ip:inacl#1=a'), accept('ip:inacl#2=b')];

  t.deepEqual(collectAclEntries(answers), {ok: true, entries: ['a', 'b', 'c']});
});

test('numbers beyond nine are numbers', t => {
  const entries = Array.from({length: 12}, (_, index) => `permit tcp any any eq ${index}`);
  const pairs = entries.map((entry, index) => aclEntryPair(index + 1, entry)).toSorted();

  t.deepEqual(collectAclEntries([accept(...pairs)]), {ok: true, entries});
});

test('other pairs are not entries', t => {
  t.deepEqual(collectAclEntries([accept('profile-name=Unknown', 'ip:inacl#1=a', 'ip:outacl#1=b')]), {
    ok: true,
    entries: ['a'],
  });
});

const refused: Record<string, {answers: RadiusPacket[]; reason: RegExp}> = {
  'a gap in the middle': {answers: [accept('ip:inacl#1=a', 'ip:inacl#3=c')], reason: /entry 2 is missing/},
  'a missing first entry': {answers: [accept('ip:inacl#2=b')], reason: /entry 1 is missing/},
  'a lost round': {
    answers: [challenge('ip:inacl#1=a'), accept('ip:inacl#3=c')],
    reason: /entry 2 is missing/,
  },
  'an entry there twice': {
    answers: [accept('ip:inacl#1=a', 'ip:inacl#1=b')],
    reason: /entry 1 is there twice/,
  },
  'an entry there twice over two rounds, even with the same text': {
    answers: [challenge('ip:inacl#1=a'), accept('ip:inacl#1=a')],
    reason: /entry 1 is there twice/,
  },
  'entry 0': {answers: [accept('ip:inacl#0=a')], reason: /"ip:inacl#0=a" does not begin with/},
  'an entry without a number': {answers: [accept('ip:inacl#=a')], reason: /does not begin with/},
  'an entry with a number that is none': {answers: [accept('ip:inacl#1x=a')], reason: /does not begin with/},
  'an entry cut off before its equals sign': {answers: [accept('ip:inacl#1')], reason: /does not begin with/},
  'rounds without a last one': {answers: [challenge('ip:inacl#1=a')], reason: /answer 1 of 1 is an Access-Challenge/},
  'a round after the last': {
    answers: [accept('ip:inacl#1=a'), accept('ip:inacl#2=b')],
    reason: /answer 1 of 2 is an Access-Accept/,
  },
  'a rejected download': {
    answers: [challenge('ip:inacl#1=a'), packetOf('Access-Reject', [])],
    reason: /answer 2 of 2 is an Access-Reject/,
  },
  'no answer at all': {answers: [], reason: /no answer/},
};

for (const [what, {answers, reason}] of Object.entries(refused)) {
  test(`${what} is refused`, t => {
    const collected = collectAclEntries(answers);

    t.false(collected.ok);
    t.regex(collected.ok ? '' : collected.reason, reason);
  });
}

const seed = 11_053;
const entryLists = fc.array(fc.string({minLength: 1, maxLength: 200}), {maxLength: 400, size: 'max'});

test(`what is split comes back whole, in packets that fit, whatever else they carry, seed ${seed}`, t => {
  fc.assert(
    fc.property(entryLists, entries => {
      const rounds = splitAclRounds(entries, aclRoundBudgetBytes);
      const answers = rounds.map((round, index) => {
        const before = rounds.slice(0, index).reduce((count, {length}) => count + length, 0);
        return exchange(
          index === rounds.length - 1 ? 'Access-Accept' : 'Access-Challenge',
          round.map((entry, place) => aclEntryPair(before + place + 1, entry)),
        );
      });
      t.deepEqual(collectAclEntries(answers), {ok: true, entries});
      t.true(rounds.length === 1 || rounds.every(round => round.length > 0));
    }),
    {seed, numRuns: 50},
  );
});

test(`a download with any one entry taken out is refused, unless it is the last, seed ${seed}`, t => {
  fc.assert(
    fc.property(fc.integer({min: 2, max: 200}), fc.nat(), (count, choice) => {
      const pairs = Array.from({length: count}, (_, index) => aclEntryPair(index + 1, 'permit ip any any'));
      t.false(collectAclEntries([accept(...pairs.toSpliced(choice % (count - 1), 1))]).ok);
    }),
    {seed},
  );
});

/** Over the wire, beside the largest User-Name, State and Class. */
function exchange(code: 'Access-Accept' | 'Access-Challenge', pairs: string[]): RadiusPacket {
  const {bytes: asked, authenticator} = encodeRequest({
    code: 'Access-Request',
    identifier: 1,
    attributes: [],
    secret,
    randomBytes: count => new Uint8Array(count),
  });
  const most = new Uint8Array(253);
  const response = encodeResponse({
    request: decodePacket(asked),
    code,
    attributes: [text('User-Name', 'x'.repeat(253)), bytes('State', most), bytes('Class', most), ...pairs.map(avPair)],
    secret,
  });
  const read = readResponse(response, {identifier: 1, authenticator, secret});
  if (!read.ok) throw new Error(read.reason);
  return read.packet;
}

function challenge(...pairs: string[]): RadiusPacket {
  return packetOf('Access-Challenge', pairs);
}

function accept(...pairs: string[]): RadiusPacket {
  return packetOf('Access-Accept', pairs);
}

function packetOf(code: RadiusPacket['code'], pairs: string[]): RadiusPacket {
  return {code, identifier: 1, authenticator: new Uint8Array(16), attributes: pairs.map(avPair)};
}
