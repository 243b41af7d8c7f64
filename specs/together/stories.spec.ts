// The specs of specs/containers, specs/edges and specs/flows in one process, which reads and compiles the harness once, and gives the next
// story a place as soon as one is free. Lists that take turns in one lab come first: at the end nothing long is to be left alone.
import {globSync} from 'node:fs';

const first = ['specs/flows/oracle.spec.ts', 'specs/flows/missing-deny.spec.ts', 'specs/flows/sync-probing.spec.ts'];
const all = globSync(['specs/{containers,edges,flows}/*.spec.ts']).sort();
for (const file of new Set([...first, ...all])) await import(`#${file}`);
const {places} = await import('#specs/flows/in-lab.ts');
places.add(); // without 802.1X, of which each round goes through five processes, there is room for another lab
