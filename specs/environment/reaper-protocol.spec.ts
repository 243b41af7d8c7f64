// The reaper removes whatever its filters match, so it must not be talked into a filter that matches others' things.

import test from 'ava';
import fc from 'fast-check';
import {Holds} from '#images/reaper/holds.ts';
import {readRequest} from '#images/reaper/request.ts';
import {readSettings} from '#images/reaper/settings.ts';

const seed = 1112;

test("a line of Ryuk's clients names the labels", t => {
  t.deepEqual(readRequest('label=posturelab.owner=1&label=a'), {kind: 'hold', labels: ['posturelab.owner=1', 'a']});
  t.deepEqual(readRequest('label=a%3Db%26c'), {kind: 'hold', labels: ['a=b&c']});
});

for (const line of ['label=', 'label', 'label==x', 'label=%20', 'name=x', 'label=a=1&name=x', 'KEEP', '&', '*']) {
  test(`the line "${line}" is refused`, t => {
    t.is(readRequest(line).kind, 'refused');
  });
}

test(`no line makes a filter without labels, seed ${seed}`, t => {
  const lines = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('label', '=', '&', '%3d', ' ', 'a', '\0')).map(parts => parts.join('')),
  );
  fc.assert(
    fc.property(lines, line => {
      const request = readRequest(line);
      return (
        request.kind !== 'hold' || (request.labels.length > 0 && request.labels.every(label => /^[^=\s]/.test(label)))
      );
    }),
    {seed},
  );
  t.pass();
});

test('a filter is loose from when its last client left until another takes it up', t => {
  const holds = new Holds<string>();
  holds.hold('first', ['b', 'a']);
  holds.hold('second', ['a', 'b', 'a']);

  holds.release('first', 10);
  t.deepEqual(holds.loose(), []);
  holds.release('second', 20);
  t.deepEqual(holds.loose(), [{labels: ['a', 'b'], sinceMs: 20}]);
  holds.hold('third', ['a', 'b']);
  t.deepEqual(holds.loose(), []);
});

test('what one client keeps does not keep what another holds', t => {
  const holds = new Holds<string>();
  holds.hold('deploy', ['owner=deploy']);
  holds.hold('run', ['owner=run']);

  holds.keep('deploy');
  holds.release('deploy', 10);
  holds.release('run', 10);

  t.deepEqual(holds.loose(), [{labels: ['owner=run'], sinceMs: 10}]);
});

test('a filter that was taken up during the pruning is not forgotten', t => {
  const holds = new Holds<string>();
  holds.hold('first', ['a']);
  holds.release('first', 10);
  const [filter] = holds.loose();
  holds.hold('second', ['a']);

  if (filter) holds.forget(filter);
  holds.release('second', 20);

  t.deepEqual(holds.loose(), [{labels: ['a'], sinceMs: 20}]);
});

test('times are Go durations, and what is none is an error', t => {
  const {reconnectionTimeoutMs} = readSettings({RYUK_RECONNECTION_TIMEOUT: '1m1.5s'});

  t.is(reconnectionTimeoutMs, 61_500);
  t.throws(() => readSettings({RYUK_CONNECTION_TIMEOUT: '10'}), {
    message: /RYUK_CONNECTION_TIMEOUT: 10 is no duration/,
  });
  t.throws(() => readSettings({RYUK_PORT: 'x'}), {message: /RYUK_PORT/});
});
