import {PsnBench, mabAttributes, nadSocket} from '#specs/protocol/psn-bench.ts';
import {PsnDatabase} from '#images/psn/database.ts';
import {rmSync} from 'node:fs';
for (const withDb of [false]) {
  const bench = new PsnBench({sessionLimit: 100_000});
  const n = 20000;
  const packets = Array.from({length: n}, (_, i) => bench.encode('Access-Request', mabAttributes(i.toString(16).padStart(12,'0').match(/../g)!.join(':'))).bytes);
  rmSync('/tmp/perf.db', {force: true}); rmSync('/tmp/perf.db-wal', {force: true}); rmSync('/tmp/perf.db-shm', {force: true});
  const db = new PsnDatabase('/tmp/perf.db');
  let t = process.hrtime.bigint();
  for (let i = 0; i < n; i++) {
    const effects = bench.psn.handle({kind: 'datagram', localPort: 1812, from: {...nadSocket, port: 2000 + (i >> 8)}, bytes: packets[i]!}, 1000 + i);
    if (withDb) for (const e of effects) if (e.kind === 'persist') db.save(e.state);
    if (i % 5000 === 4999) { const u = process.hrtime.bigint(); console.log(withDb, i + 1, Number(u - t) / 5000 / 1000, 'us/request'); t = u; }
  }
  db[Symbol.dispose]();
}
