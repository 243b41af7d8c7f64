import {DatabaseSync} from 'node:sqlite';
import type {PersistentState, Policy} from '#protocol/psn/contract.ts';

/** The file holds something that this node cannot read; `message` says what, and what to do. */
export class DamagedDatabaseError extends Error {
  override readonly name = 'DamagedDatabaseError';
}

/**
The node's disk: an SQLite file with the tables policy, endpoints, alarms and live_log, to be looked into with any SQLite tool.
Each row has the record itself as JSON (`document`) and its fields as columns made from it.

A write is one transaction and writes only what is new; a node that is killed finds the state before or after it. The constructor
throws `DamagedDatabaseError` if the file is no database, is corrupt, or was written by another version.
*/
export class PsnDatabase implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #endpoints: Map<string, Endpoint>;
  #written: PersistentState | null;
  #unsaved: PersistentState | undefined;

  constructor(path: string) {
    const {database, state} = open(path);
    this.#database = database;
    this.#statements = prepare(database);
    this.#written = state;
    this.#endpoints = new Map(state?.endpoints.map(endpoint => [endpoint.mac, endpoint]));
  }

  /** What was saved last; null if nothing ever was. */
  get state(): PersistentState | null {
    return this.#written;
  }

  /**
  Saves at the end of this turn of the event loop, and only the last state of the turn: under load, one transaction serves many
  requests. What was asked for is saved before disposal.
  */
  saveSoon(state: PersistentState, onFailure: (error: unknown) => void): void {
    if (this.#unsaved === undefined) setImmediate(() => this.#saveNow(onFailure));
    this.#unsaved = state;
  }

  save(state: PersistentState): void {
    const before = this.#written ?? emptyState;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      if (state.policy !== before.policy) this.#savePolicy(state.policy);
      this.#saveEndpoints(state.endpoints);
      this.#append('alarms', state.alarms, before.alarms);
      this.#append('live_log', state.liveLog, before.liveLog);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#written = state;
  }

  [Symbol.dispose](): void {
    if (this.#unsaved !== undefined) this.save(this.#unsaved);
    this.#unsaved = undefined;
    this.#database.close();
  }

  #saveNow(onFailure: (error: unknown) => void): void {
    const state = this.#unsaved;
    this.#unsaved = undefined;
    if (state === undefined) return;
    try {
      this.save(state);
    } catch (error) {
      onFailure(error);
    }
  }

  #savePolicy(policy: Policy): void {
    this.#database.exec('DELETE FROM policy');
    for (const kind of policyKinds) {
      for (const [rank, item] of (policy[kind] ?? []).entries()) {
        this.#statements.policy.run(kind, rank, JSON.stringify(item));
      }
    }
  }

  /** Endpoints come in the order in which they were last seen: what is new stands last, what is gone stood first. */
  #saveEndpoints(endpoints: readonly Endpoint[]): void {
    const isKept = (endpoint: Endpoint) => this.#endpoints.get(endpoint.mac) === endpoint;
    for (const endpoint of endpoints.slice(endpoints.findLastIndex(isKept) + 1)) {
      this.#statements.endpoints.run(JSON.stringify(endpoint));
      this.#endpoints.set(endpoint.mac, endpoint);
    }
    for (const row of this.#statements.trimEndpoints.all(this.#endpoints.size - endpoints.length)) {
      this.#endpoints.delete(String(row['mac']));
    }
  }

  /** The lists grow at their end and shrink at their front, and what stands in them does not change. */
  #append(table: 'alarms' | 'live_log', now: readonly object[], before: readonly object[]): void {
    const last = before.at(-1);
    const news = last === undefined ? now : now.slice(now.lastIndexOf(last) + 1);
    for (const item of news) this.#statements[table].run(JSON.stringify(item));
    this.#statements.trim[table].run(now.length);
  }
}

type Endpoint = PersistentState['endpoints'][number];

const policyKinds = [
  'dacls',
  'profiles',
  'rules',
  'requirements',
  'identityGroups',
] as const satisfies (keyof Policy)[];

const emptyState: PersistentState = {
  policy: {dacls: [], profiles: [], rules: [], requirements: []},
  endpoints: [],
  alarms: [],
  liveLog: [],
};

const schemaVersion = 2;

/** A column whose value stands in the document, under the name that the contract gives it. */
const field = (column: string, name: string, type: string): string =>
  `${column} ${type} NOT NULL AS (document ->> '${name}')`;

const schema = `
  CREATE TABLE policy (
    kind TEXT NOT NULL CHECK (kind IN (${policyKinds.map(kind => `'${kind}'`).join(', ')})), rank INTEGER NOT NULL,
    document TEXT NOT NULL, ${field('name', 'name', 'TEXT')}, PRIMARY KEY (kind, rank)
  );
  CREATE TABLE endpoints (
    seq INTEGER PRIMARY KEY, document TEXT NOT NULL,
    mac TEXT NOT NULL UNIQUE AS (document ->> 'mac'), ${field('last_seen_at_ms', 'lastSeenAtMs', 'REAL')}
  );
  CREATE TABLE alarms (
    seq INTEGER PRIMARY KEY, document TEXT NOT NULL,
    ${field('logged_at_ms', 'loggedAtMs', 'REAL')}, ${field('alarm_name', 'alarmName', 'TEXT')},
    ${field('severity', 'severity', 'TEXT')}, ${field('details', 'details', 'TEXT')}
  );
  CREATE TABLE live_log (
    seq INTEGER PRIMARY KEY, document TEXT NOT NULL,
    ${field('at_ms', 'atMs', 'REAL')}, ${field('code', 'code', 'INTEGER')},
    ${field('text', 'text', 'TEXT')}, ${field('attributes', 'attributes', 'TEXT')}
  );
  PRAGMA user_version = ${schemaVersion};
`;

function open(path: string): {database: DatabaseSync; state: PersistentState | null} {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // Survives the end of the process, however it ends. Not a power failure of the machine: a PSN must not stand still for a disk that is busy.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;');
    const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
    const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'];
    const isNew = version === 0 && tables === 0;
    if (isNew) database.exec(`BEGIN; ${schema} COMMIT;`);
    else if (version !== schemaVersion)
      throw new Error(`its schema is version ${version}, this node's is ${schemaVersion}`);
    const health = database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
    if (health !== 'ok') throw new Error(String(health));
    return {database, state: readState(database)};
  } catch (error) {
    database?.close();
    throw unusable(path, error);
  }
}

/** SQLite's code for a file that can neither be opened nor made. */
const cannotOpen = 14;

function unusable(path: string, cause: unknown): DamagedDatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isMissing = cause instanceof Error && 'errcode' in cause && cause.errcode === cannotOpen;
  const advice = isMissing
    ? 'Make its folder, and make it writable for the user that the node runs as.'
    : "Remove it to start with the policy of the lab's settings; its alarms and live log are lost then.";
  return new DamagedDatabaseError(`${path} cannot be used: ${reason}. ${advice}`, {cause});
}

function prepare(database: DatabaseSync) {
  const add = (table: string) => database.prepare(`INSERT INTO ${table} (document) VALUES (?)`);
  const trim = (table: string) =>
    database.prepare(`DELETE FROM ${table} WHERE seq <= (SELECT max(seq) FROM ${table}) - ?`);
  return {
    policy: database.prepare('INSERT INTO policy (kind, rank, document) VALUES (?, ?, ?)'),
    endpoints: database.prepare('INSERT OR REPLACE INTO endpoints (document) VALUES (?)'),
    trimEndpoints: database.prepare(
      'DELETE FROM endpoints WHERE seq IN (SELECT seq FROM endpoints ORDER BY seq LIMIT ?) RETURNING mac',
    ),
    alarms: add('alarms'),
    live_log: add('live_log'),
    trim: {alarms: trim('alarms'), live_log: trim('live_log')},
  };
}

function readState(database: DatabaseSync): PersistentState | null {
  const read = <Item>(from: string): Item[] =>
    database
      .prepare(`SELECT document FROM ${from}`)
      .all()
      .map(row => JSON.parse(String(row['document'])));
  const policy = <Kind extends keyof Policy>(kind: Kind) =>
    read<NonNullable<Policy[Kind]>[number]>(`policy WHERE kind = '${kind}' ORDER BY rank`);
  const identityGroups = policy('identityGroups');
  const state: PersistentState = {
    policy: {
      dacls: policy('dacls'),
      profiles: policy('profiles'),
      rules: policy('rules'),
      requirements: policy('requirements'),
      ...(identityGroups.length > 0 ? {identityGroups} : {}),
    },
    endpoints: read('endpoints ORDER BY seq'),
    alarms: read('alarms ORDER BY seq'),
    liveLog: read('live_log ORDER BY seq'),
  };
  const isEmpty = [...Object.values(state.policy), state.endpoints, state.alarms, state.liveLog].every(
    list => list.length === 0,
  );
  return isEmpty ? null : state;
}
