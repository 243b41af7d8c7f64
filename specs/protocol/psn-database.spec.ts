// A policy node's disk: what was saved is there after a restart, however the node ended; what is no database is told.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execPath} from 'node:process';
import {DatabaseSync} from 'node:sqlite';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {DamagedDatabaseError, PsnDatabase} from '#images/psn/database.ts';
import {encodeProbeRequest} from '#protocol/posture/exchange.ts';
import type {PersistentState} from '#protocol/psn/contract.ts';
import {agent, mabAttributes, PsnBench} from '#specs/protocol/psn-bench.ts';

test('a new file has nothing to start from', t => {
  using database = new PsnDatabase(pathIn(t));
  t.is(database.state, null);
});

test('what a node asks to be kept is there after a restart', t => {
  const path = pathIn(t);
  const states = statesOfARun();
  {
    using database = new PsnDatabase(path);
    for (const state of states) database.save(state);
    t.deepEqual(database.state, states.at(-1));
  }
  using reopened = new PsnDatabase(path);
  t.deepEqual(plain(reopened.state), plain(states.at(-1)));
});

test('a node goes on from what it read, and writes on top of it', t => {
  const path = pathIn(t);
  {
    using database = new PsnDatabase(path);
    for (const state of statesOfARun()) database.save(state);
  }
  const bench = withDatabase(path, persisted => new PsnBench({persisted}));
  bench.authenticate('later');
  bench.command({name: 'delete-dacl', dacl: 'N'});
  const state = statesOf(bench).at(-1);
  t.deepEqual(
    plain(
      withDatabase(path, (_, database) => {
        if (state) database.save(state);
        return database.state;
      }),
    ),
    plain(state),
  );
  t.deepEqual(plain(withDatabase(path, persisted => persisted)), plain(state));
});

const seed = 7001;
test(`lists that grow and are trimmed are kept as they are, seed ${seed}`, t => {
  const step = fc.record({add: fc.nat({max: 4}), endpoint: fc.nat({max: 6}), drop: fc.nat({max: 3})});
  fc.assert(
    fc.property(fc.array(step, {maxLength: 20}), steps => {
      const path = pathIn(t);
      let state = emptyWith({endpoints: [], alarms: [], liveLog: []});
      let count = 0;
      {
        using database = new PsnDatabase(path);
        for (const {add, endpoint, drop} of steps) {
          const rows = Array.from({length: add}, () => ({
            atMs: ++count,
            code: 5200,
            text: 'x',
            attributes: {n: String(count)},
          }));
          const seen = {mac: `00:00:00:00:00:0${endpoint}`, postureLeaseUntilMs: null, lastSeenAtMs: count};
          state = {
            ...state,
            liveLog: [...state.liveLog, ...rows].slice(drop),
            endpoints: [...state.endpoints.filter(({mac}) => mac !== seen.mac), seen].slice(-4),
          };
          database.save(state);
        }
      }
      t.deepEqual(plain(withDatabase(path, persisted => persisted)) ?? plain(emptyWith(state)), plain(state));
    }),
    {seed, numRuns: 40},
  );
});

test('what is to be saved soon is saved when the turn is over, or when the database is closed', async t => {
  const path = pathIn(t);
  const [first, ...others] = statesOfARun();
  const last = others.at(-1);
  t.truthy(first && last);
  if (first === undefined || last === undefined) return;
  {
    using database = new PsnDatabase(path);
    for (const state of [first, ...others]) database.saveSoon(state, error => t.fail(String(error)));
    t.is(database.state, null);
    await new Promise(resolve => setImmediate(resolve));
    t.is(database.state, last);
    database.saveSoon({...last, alarms: []}, error => t.fail(String(error)));
  }
  t.deepEqual(withDatabase(path, persisted => persisted)?.alarms, []);
});

test('a write that fails is told to who asked for it', async t => {
  const database = new PsnDatabase(pathIn(t));
  const failed = Promise.withResolvers<unknown>();
  database[Symbol.dispose]();
  database.saveSoon(emptyWith({}), failed.resolve);
  t.regex(String(await failed.promise), /not open/);
});

test('the tables can be read with any SQLite tool', t => {
  const path = pathIn(t);
  withDatabase(path, (_, database) => database.save(statesOfARun().at(-1) ?? emptyWith({})));
  using database = new DatabaseSync(path, {readOnly: true});
  const one = (sql: string) => ({...database.prepare(sql).get()});
  t.deepEqual(one('SELECT alarm_name, severity FROM alarms'), {
    alarm_name: 'Posture Configuration Detection',
    severity: 'Warning',
  });
  t.like(one('SELECT code FROM live_log ORDER BY seq LIMIT 1'), {code: 5200});
  t.deepEqual(one('SELECT mac FROM endpoints'), {mac: '00:50:56:A8:BE:02'});
  t.deepEqual(one("SELECT count(*) AS count FROM policy WHERE kind = 'dacls'"), {count: 3});
});

test('a node that is killed in the middle of writing has a state that was saved', t => {
  const path = pathIn(t);
  const url = new URL('../../images/psn/database.ts', import.meta.url).href;
  const writer = `
    const {PsnDatabase} = await import(${JSON.stringify(url)});
    const database = new PsnDatabase(${JSON.stringify(path)});
    const policy = {dacls: [], profiles: [], rules: [], requirements: []};
    let liveLog = [];
    for (let n = 1; ; n += 1) {
      liveLog = [...liveLog, {atMs: n, code: 5200, text: '', attributes: {}}].slice(-50);
      database.save({policy, endpoints: [], alarms: [{loggedAtMs: n, alarmName: 'a', severity: 'Info', details: {}}], liveLog});
      if (n === 200) process.kill(process.pid, 'SIGKILL');
    }`;
  const {signal} = spawnSync(execPath, ['--input-type=module', '--eval', writer]);
  t.is(signal, 'SIGKILL');
  const state = withDatabase(path, persisted => persisted);
  t.is(state?.liveLog.length, 50);
  t.is(state?.liveLog.at(-1)?.atMs, 200);
  t.is(state?.alarms.at(-1)?.loggedAtMs, 200);
});

for (const [what, spoil] of [
  ['a text file', (path: string) => writeFileSync(path, 'this is no database '.repeat(100))],
  ['the database of another program', (path: string) => foreign(path, 'CREATE TABLE x (y)')],
  ['a file of another version', (path: string) => foreign(path, 'PRAGMA user_version = 99')],
  ['a file with a damaged page', damage],
] as const) {
  test(`${what} is refused with the path, the reason and what to do, and is left as it is`, t => {
    const path = pathIn(t);
    spoil(path);
    const before = readFileSync(path);
    const error = t.throws(() => new PsnDatabase(path), {instanceOf: DamagedDatabaseError});
    t.true(error.message.startsWith(`${path} cannot be used: `), error.message);
    t.regex(error.message, /Remove it to start/);
    t.deepEqual(readFileSync(path).length, before.length);
  });
}

test('a folder that is not there is told too', t => {
  t.throws(() => new PsnDatabase('/nowhere/psn.db'), {
    instanceOf: DamagedDatabaseError,
    message: /nowhere\/psn\.db cannot be used: .* Make its folder/,
  });
});

function damage(path: string): void {
  withDatabase(path, (_, database) => {
    for (const state of statesOfARun()) database.save(state);
  });
  const bytes = readFileSync(path);
  for (let offset = 4096; offset < bytes.length; offset += 512) bytes.fill(0xa5, offset + 8, offset + 64);
  writeFileSync(path, bytes);
}

function foreign(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

/** Everything a node asked to be kept while one endpoint became Compliant and raised an alarm. */
function statesOfARun(): PersistentState[] {
  const bench = new PsnBench();
  bench.radius('Access-Request', mabAttributes());
  bench.becomeCompliant();
  bench.ask(8449, encodeProbeRequest(agent, 'psn1'));
  return statesOf(bench);
}

function statesOf(bench: PsnBench): PersistentState[] {
  return bench.effects.flatMap(effect => (effect.kind === 'persist' ? [effect.state] : []));
}

function emptyWith(state: Partial<PersistentState>): PersistentState {
  return {
    policy: {dacls: [], profiles: [], rules: [], requirements: []},
    endpoints: [],
    alarms: [],
    liveLog: [],
    ...state,
  };
}

function withDatabase<Result>(
  path: string,
  use: (persisted: PersistentState | null, database: PsnDatabase) => Result,
): Result {
  using database = new PsnDatabase(path);
  return use(database.state, database);
}

const plain = (value: unknown): unknown => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

function pathIn(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'psn-database-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return join(folder, 'psn.db');
}
