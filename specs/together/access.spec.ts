// The specs of specs/access in one process, as stories.spec.ts is one of others. What takes longest comes first: at the end nothing long is
// to be left alone.
import {globSync} from 'node:fs';

const first = ['full-switch', 'impaired-links', 'failover', 'dot1x'].map(name => `specs/access/${name}.spec.ts`);
for (const file of new Set([...first, ...globSync('specs/access/*.spec.ts').sort()])) await import(`#${file}`);
