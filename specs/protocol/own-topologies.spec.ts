// `deploy` and `validate` know by name what stands in topologies/.
import {readdirSync} from 'node:fs';
import {basename} from 'node:path';
import test from 'ava';
import {loadTopology, ownTopologies} from '#harness/load-topology.ts';

/** Not a topology, but what makes those of any size. */
const makers = ['access-switch'];

test('every topology of the folder can be asked for by its file’s name, which is its own', async t => {
  const files = readdirSync('topologies').map(file => basename(file, '.ts'));

  t.deepEqual([...ownTopologies, ...makers].sort(), files.sort());
  for (const name of ownTopologies) t.is((await loadTopology(name)).name, name);
});
