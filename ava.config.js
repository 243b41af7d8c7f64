// Specs are TypeScript that Node 24 runs as it is: no loader, no build.
export default {
  files: ['specs/**/*.spec.ts'],
  extensions: ['ts'],
  nodeArguments: ['--disable-warning=ExperimentalWarning'],
  workerThreads: false, // node-pty and signals want a process of their own
  concurrency: 3, // spec files at a time
  serial: true, // the specs of a file one after the other: each may hold a lab, and a lab is four containers
  timeout: '3m',
};
