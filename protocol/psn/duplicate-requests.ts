import type {Endpoint} from '#protocol/role.ts';

/**
Replies already given, so that a request that comes again gets the same bytes and is not processed twice (RFC 5080 section
2.2.2: same source, same identifier, same authenticator). Kept for 30 s of lab time, and 4096 at most; both ours.
*/
export class DuplicateRequests {
  readonly #replies = new Map<string, {bytes: Uint8Array; atMs: number}>();

  replyTo(request: Uint8Array, localPort: number, from: Endpoint, nowMs: number): Uint8Array | undefined {
    this.#forgetOld(nowMs);
    return this.#replies.get(keyOf(request, localPort, from))?.bytes;
  }

  remember(request: Uint8Array, localPort: number, from: Endpoint, reply: Uint8Array, nowMs: number): void {
    this.#replies.set(keyOf(request, localPort, from), {bytes: reply, atMs: nowMs});
  }

  #forgetOld(nowMs: number): void {
    for (const [key, {atMs}] of this.#replies) {
      if (nowMs - atMs < keptMs && this.#replies.size < limit) return;
      this.#replies.delete(key);
    }
  }
}

const keptMs = 30_000;
const limit = 4096;

/** Code, identifier and authenticator stand in the first 20 bytes, with the length between them. */
function keyOf(request: Uint8Array, localPort: number, from: Endpoint): string {
  return `${localPort} ${from.address} ${from.port} ${String.fromCharCode(...request.subarray(0, 20))}`;
}
