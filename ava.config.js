import {basename} from 'node:path';

/** What takes longest begins first, so that at the end nothing long is left alone. (Specs with labs have an order of their own: specs/together.) */
const longest = ['exploration', 'stories', 'agreement'];
const rank = path => {
  const place = longest.indexOf(basename(path, '.spec.ts'));
  return place === -1 ? longest.length : place;
};

// Specs are TypeScript that Node 24 runs as it is: no loader, no build.
export default {
  files: ['specs/**/*.spec.ts'],
  extensions: ['ts'],
  nodeArguments: ['--disable-warning=ExperimentalWarning'],
  workerThreads: false, // node-pty and signals want a process of their own
  concurrency: 3, // spec files at a time; those with labs hold one lab each (test.serial)
  sortTestFiles: (one, other) => rank(one) - rank(other) || (one < other ? -1 : 1),
  timeout: '3m',
};
