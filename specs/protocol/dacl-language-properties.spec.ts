// What holds for every text and every list: nothing throws, and what is printed is read again as the same.
import test from 'ava';
import fc from 'fast-check';
import {compileAcl} from '#protocol/dacl/compile.ts';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {parseTimeRanges} from '#protocol/dacl/parse-time-ranges.ts';
import {showAce} from '#protocol/dacl/show.ts';
import {acls} from '#specs/protocol/dacl-arbitraries.ts';

const roundTripSeed = 53;
for (const family of ['ipv4', 'ipv6'] as const) {
  test(`an ${family} list that is printed and read again is the same list, seed ${roundTripSeed}`, t => {
    fc.assert(
      fc.property(acls(family), acl => {
        const text = acl.entries.map(ace => showAce(ace, {family})).join('\n');
        const {acl: read, problems} = parseAcl(text, {name: 'generated', family});
        t.deepEqual(
          problems.filter(({severity}) => severity === 'error'),
          [],
          text,
        );
        t.deepEqual(read.entries.map(ace => showAce(ace, {family})).join('\n'), text);
        t.deepEqual(
          read.entries.map(ace => ({...ace, flags: undefined})),
          acl.entries.map(ace => ({...ace, flags: undefined})),
        );
      }),
      {seed: roundTripSeed, numRuns: 300},
    );
  });
}

const words =
  'permit deny remark ip ipv6 tcp udp icmp any host eq neq gt lt range 10.0.0.1 0.0.0.255 2001:db8::/32 80 www domain established ack match-any +syn -ack log fragments dscp ef ttl tos time-range X ! 10 – \u001b[2J ; { } " \' $(id) `id` \\'.split(
    ' ',
  );
const lines = fc.oneof(
  fc.array(fc.constantFrom(...words), {maxLength: 14}).map(chosen => chosen.join(' ')),
  fc.string({maxLength: 80, unit: 'binary'}),
  fc.string({maxLength: 80, unit: 'grapheme'}),
);
const texts = fc.array(lines, {maxLength: 20}).map(chosen => chosen.join('\n'));

const garbageSeed = 8449;
for (const family of ['ipv4', 'ipv6'] as const) {
  test(`no text makes the ${family} parser throw, and every problem lies in the text, seed ${garbageSeed}`, t => {
    fc.assert(
      fc.property(texts, text => {
        const {problems} = parseAcl(text, {name: 'test', family});
        const all = text.split(/\r\n|\n|\r/);
        for (const {line, column, message, fix} of problems) {
          t.true(line >= 1 && line <= all.length, `line ${line} of ${all.length}`);
          t.true(column >= 1 && column <= (all[line - 1]?.length ?? 0) + 1, `column ${column} of line ${line}`);
          t.true(message !== '' && fix !== '');
        }
        parseTimeRanges(text);
      }),
      {seed: garbageSeed, numRuns: 2000},
    );
  });

  test(`nothing of a text gets into the ${family} ruleset but numbers and our own words, seed ${garbageSeed}`, t => {
    const ours =
      /^(ip6?|saddr|daddr|dscp|ttl|hoplimit|meta|l4proto|tcp|udp|sctp|th|sport|dport|flags|icmp|icmpv6|type|code|ack|rst|frag-off|frag|goto|vmap|counter|accept|drop|comment|"line|\d+"|"implicit"|acl_7_fragments|@acl_7\w*|@[nt]h,\d+,\d+|\.|[{}&|()!=<>,]+|[\d./,-]+|0x1fff|[\da-f:./,]+)$/;
    fc.assert(
      fc.property(texts, text => {
        const {acl} = parseAcl(text, {name: 'test', family});
        const {chains, maps} = compileAcl(acl, 'acl_7');
        for (const rule of [...chains.flatMap(chain => chain.rules), ...maps.flatMap(map => map.elements)]) {
          for (const word of rule.split(/\s+/)) t.regex(word.replace(/^\(|\)$/g, ''), ours, rule);
        }
      }),
      {seed: garbageSeed, numRuns: 2000},
    );
  });
}
