/**
Loaded into AVA and its workers before they start (`node --import`). Two things that AVA 8.0.1 lacks:

- Its TAP reporter fails on its own timeout and process-exit messages, because it looks for `originalError` on a plain Error; it would
  end without naming the test that hangs.
- A worker goes on without its AVA, when that was killed: with the labs that it holds.
*/
import process from 'node:process';

Object.defineProperty(Error.prototype, 'originalError', {
  configurable: true,
  get(this: Error) {
    return this;
  },
});

if (process.send !== undefined) process.once('disconnect', () => process.exit(1));
