/** A command that cannot be carried out; `message` says why and what to do, and goes to who gave it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
