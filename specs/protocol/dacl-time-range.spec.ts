// Entries that count at certain times only. The clock is an argument; times are the switch's, here UTC.
import test from 'ava';
import {parseAcl} from '#protocol/dacl/parse.ts';
import {parseTimeRanges} from '#protocol/dacl/parse-time-ranges.ts';
import {activeAt, isActive} from '#protocol/dacl/time-range.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import {briefly} from '#specs/protocol/dacl-text.ts';

const definitions = [
  '! office hours',
  'time-range WORK',
  ' periodic weekdays 8:00 to 17:00',
  'time-range NIGHT',
  ' periodic friday 22:00 to saturday 06:00',
  ' periodic Saturday 22:00 to Sunday 6:00',
  'time-range PROJECT',
  ' absolute start 08:00 1 January 2026 end 18:00 31 December 2026',
].join('\n');

test('definitions of time ranges are read as IOS has them', t => {
  const {ranges, problems} = parseTimeRanges(definitions);
  t.deepEqual(problems, []);
  t.deepEqual([...ranges.keys()], ['WORK', 'NIGHT', 'PROJECT']);
  t.is(ranges.get('WORK')?.periodic.length, 5);
});

for (const [name, at, active] of [
  ['WORK', '2026-11-27T07:59:59Z', false],
  ['WORK', '2026-11-27T08:00:00Z', true],
  ['WORK', '2026-11-27T17:00:59Z', true],
  ['WORK', '2026-11-27T17:01:00Z', false],
  ['WORK', '2026-11-28T12:00:00Z', false],
  ['NIGHT', '2026-11-27T21:59:00Z', false],
  ['NIGHT', '2026-11-27T23:00:00Z', true],
  ['NIGHT', '2026-11-28T05:00:00Z', true],
  ['NIGHT', '2026-11-28T12:00:00Z', false],
  ['NIGHT', '2026-11-29T03:00:00Z', true],
  ['NIGHT', '2026-11-29T07:00:00Z', false],
  ['PROJECT', '2025-12-31T23:00:00Z', false],
  ['PROJECT', '2026-01-01T08:00:00Z', true],
  ['PROJECT', '2026-12-31T18:00:59Z', true],
  ['PROJECT', '2026-12-31T18:01:00Z', false],
] as const) {
  test(`${name} is ${active ? 'active' : 'not active'} at ${at}`, t => {
    const range = parseTimeRanges(definitions).ranges.get(name);
    t.truthy(range);
    t.is(range && isActive(range, Date.parse(at)), active);
  });
}

test('an entry counts while its range is active, and one whose range the switch lacks counts always', t => {
  const {acl} = parseAcl(
    ['deny tcp any any eq 8449 time-range WORK', 'permit tcp any any time-range NOWHERE'].join('\n'),
    {name: 'test'},
  );
  const {ranges} = parseTimeRanges(definitions);
  const packet = {protocol: 6, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 1, destinationPort: 8449};
  const at = (time: string) => verdict(activeAt(acl, {ranges, atMs: Date.parse(time)}), packet);
  t.deepEqual(at('2026-11-27T12:00:00Z'), {verdict: 'deny', line: 1});
  t.deepEqual(at('2026-11-28T12:00:00Z'), {verdict: 'permit', line: 2});
});

for (const [text, brief] of [
  ['periodic daily 8:00 to 9:00', 'time-range@1:1 periodic'],
  ['time-range', 'time-range@1:11'],
  ['time-range X\nperiodic 8:00 to 9:00', 'time-range@2:10 8:00'],
  ['time-range X\nperiodic daily 25:00 to 9:00', 'time-range@2:16 25:00'],
  ['time-range X\nperiodic daily 8:00 until 9:00', 'time-range@2:21 until'],
  ['time-range X\nabsolute start 08:00 31 February 2026', 'time-range@2:22 31'],
  ['time-range X\nfoo', 'unknown-command@2:1 foo'],
] as const) {
  test(`a definition that is refused: ${JSON.stringify(text)}`, t => {
    t.deepEqual(briefly(parseTimeRanges(text).problems.slice(0, 1)), [brief]);
  });
}
