// `make test` passes only if tests ran and passed; whatever kept them from running is a failure.
import test from 'ava';
import {TapCount} from '#scripts/tap.ts';

const ended = {code: 0, signal: null};
const closing = ['', '1..2', '# tests 2', '# pass 2', '# fail 0'];

test('passed, failed and skipped tests are told apart', t => {
  const count = counted([
    'TAP version 13',
    'ok 1 - a',
    'not ok 2 - b',
    '  ---',
    'ok 3 - c # SKIP',
    'not ok 4 - d # TODO',
    '1..4',
    '# fail 2',
  ]);

  t.deepEqual(count.problems({...ended, code: 1}), []);
  t.like(count, {passed: 1, failed: 2, skipped: 1});
});

test('each failure is kept with what AVA said of it, and with nothing else', t => {
  const count = counted([
    'ok 1 - a',
    '# note',
    'not ok 2 - b',
    '  ---',
    '    at: x',
    '  ...',
    '# other',
    'ok 3 - c',
    '1..3',
  ]);

  t.deepEqual(count.failures, [{title: 'b', details: ['  ---', '    at: x', '  ...']}]);
});

test('a title that looks like a directive is a title', t => {
  t.like(counted(['ok 1 - a # SKIP of 2 frames', 'ok 2 - not ok 3', '1..2']), {passed: 2, failed: 0, skipped: 0});
});

for (const [what, lines, end] of [
  ['a report that is cut off', ['ok 1 - a'], {code: null, signal: 'SIGKILL'}],
  ['no report at all', [], {code: 1, signal: null}],
  ['a report without tests', ['1..0', '# fail 0'], ended],
  ['only skipped tests', ['ok 1 - a # SKIP', '1..1', '# skip 1'], ended],
  ['tests that never ended', ['ok 1 - a', '1..2', '# fail 1'], {code: 1, signal: null}],
  ['an exit code that contradicts the report', ['ok 1 - a', 'ok 2 - b', ...closing], {code: 1, signal: null}],
] as const) {
  test(`${what} is a failure`, t => {
    const count = counted(lines);

    t.is(count.problems(end).length, 1);
    t.is(count.failed, 1);
  });
}

function counted(lines: readonly string[]): TapCount {
  const count = new TapCount();
  for (const line of lines) count.read(line);
  return count;
}
