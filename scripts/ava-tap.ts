/**
Loaded into AVA before it starts (`node --import`). AVA 8.0.1's TAP reporter fails on its own timeout and process-exit
messages, because it looks for `originalError` on a plain Error; it would end without naming the test that hangs.
*/
Object.defineProperty(Error.prototype, 'originalError', {
  configurable: true,
  get(this: Error) {
    return this;
  },
});
