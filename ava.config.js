// Specs are TypeScript that Node 24 runs as it is: no loader, no build.
export default {
  files: ['specs/**/*.spec.ts'],
  extensions: ['ts'],
  nodeArguments: ['--disable-warning=ExperimentalWarning'],
  workerThreads: false, // node-pty and signals want a process of their own
  concurrency: 3, // spec files at a time; those with labs hold one lab each (test.serial)
  timeout: '3m',
};
