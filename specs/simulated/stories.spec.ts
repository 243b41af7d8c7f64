// The specs of specs/simulated/stories in one process, which reads and compiles the simulator once: whole stories.
import {globSync} from 'node:fs';

// None may wait while it is loaded: AVA begins as soon as nothing but waiting is left.
for (const file of globSync('specs/simulated/stories/*.spec.ts').sort()) await import(`#${file}`);
