// The specs of specs/simulated/exploration in one process, which reads and compiles the simulator once: what chance finds, and what is computed.
import {globSync} from 'node:fs';

// None may wait while it is loaded: AVA begins as soon as nothing but waiting is left.
for (const file of globSync('specs/simulated/exploration/*.spec.ts').sort()) await import(`#${file}`);
