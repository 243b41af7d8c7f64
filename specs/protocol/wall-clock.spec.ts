// A node's own idea of the time of day: what it goes into, and what it leaves alone.
import test from 'ava';
import {readNumber} from '#protocol/radius/attributes.ts';
import {validityProblem, WallClock} from '#protocol/wall-clock.ts';
import {AgentBench} from '#specs/protocol/agent-bench.ts';
import {NadRig} from '#specs/protocol/nad-rig.ts';
import {PsnBench, settingsOf} from '#specs/protocol/psn-bench.ts';

const hourMs = 3_600_000;

test('an agent writes its own time into its log, and judges certificates by it', t => {
  const bench = AgentBench.started({labEpochMs: Date.UTC(2022, 10, 9, 12, 22, 44), clockOffsetMs: -2 * hourMs});
  t.true(bench.log[0]?.startsWith('2022/11/09 10:22:44 '));

  bench.tell({name: 'set-clock', offsetMs: hourMs});
  bench.elapse(3000);
  t.true(bench.log.at(-1)?.startsWith('2022/11/09 13:22:4'));
  const offsets = bench.effects.flatMap(effect => (effect.kind === 'https-open' ? [effect.clockOffsetMs] : []));
  t.deepEqual([...new Set(offsets)], [-2 * hourMs, hourMs]);
});

test('a switch tells its own time in accounting and at its prompt, and its timers do not care', t => {
  const rig = NadRig.authorized({clockOffsetMs: hourMs, accountingIntervalMs: 60_000});
  const toldS = () => {
    const last = rig.sent.findLast(({toPort}) => toPort === 1813);
    return last && readNumber(last.packet, 'Event-Timestamp');
  };
  const epochS = rig.settings.labEpochMs / 1000;
  t.is(toldS(), epochS + 3600);
  t.is(rig.view.labEpochMs, rig.settings.labEpochMs + hourMs);

  const wakeAtMs = rig.nad.wakeAtMs();
  rig.command({name: 'set-clock', offsetMs: -hourMs});
  t.is(rig.nad.wakeAtMs(), wakeAtMs);
  rig.advance(29_000);
  rig.arp();
  rig.advance(31_000);
  t.is(toldS(), epochS + 60 - 3600);
});

test('a policy node signs its CoA with its own time, and dates dACLs by it', t => {
  const bench = new PsnBench({clockOffsetMs: hourMs});
  bench.connect();
  bench.command({name: 'reauthenticate', mac: '00:50:56:A8:BE:02', type: 'last'});
  const [request] = bench.coaRequests();
  t.is(request && readNumber(request.packet, 'Event-Timestamp'), settingsOf().labEpochMs / 1000 + 3601);

  bench.command({name: 'set-clock', offsetMs: 2 * hourMs});
  bench.command({name: 'save-dacl', dacl: {name: 'C', text: 'permit ip any any', savedAtS: 0}});
  const saved = bench.view().policy.dacls.find(({name}) => name === 'C');
  t.is(saved?.savedAtS, settingsOf().labEpochMs / 1000 + 7201);
});

test('a clock is set by a number, by nothing else', t => {
  const clock = new WallClock({labEpochMs: 1000, clockOffsetMs: 5});
  for (const offsetMs of [Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, 1e18])
    t.regex(clock.set(offsetMs) ?? '', /offsetMs must be a number/);
  t.is(clock.unixMs(1), 1006);
  const bench = AgentBench.started();
  t.regex(String(bench.tell({name: 'set-clock', offsetMs: Number.NaN})), /offsetMs must be a number/);
});

test('a certificate is good from its first instant to its last', t => {
  const period = {fromMs: 10, toMs: 20};
  t.deepEqual(
    [9, 10, 20, 21].map(atMs => validityProblem(period, atMs)?.split(':')[0]),
    ['CERT_NOT_YET_VALID', undefined, undefined, 'CERT_HAS_EXPIRED'],
  );
});
