import {createHmac, timingSafeEqual} from 'node:crypto';

/** What a `State` of a dACL download is about; it is good for this request only. */
export interface Download {
  acl: string;
  deviceAddress: string;
}

/**
`State` between the rounds of a dACL download. It carries the round and the instant it was made, signed with a key of this start of
the node, so that nothing has to be remembered: no number of downloads left open can fill the memory (shape is ours; RFC 2865
section 5.24 leaves it to the server).
*/
export class DownloadStates {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  encode(download: Download, round: number, nowMs: number): Uint8Array {
    const state = new Uint8Array(headBytes + signatureBytes);
    const view = new DataView(state.buffer);
    view.setUint32(0, round);
    view.setFloat64(4, nowMs);
    state.set(this.#sign(state.subarray(0, headBytes), download), headBytes);
    return state;
  }

  /** The round that this State asks for; `undefined` if it is too old, another download's, or not of this start of the node. */
  read(state: Uint8Array, download: Download, nowMs: number): number | undefined {
    if (state.length !== headBytes + signatureBytes) return undefined;
    const head = state.subarray(0, headBytes);
    if (!timingSafeEqual(state.subarray(headBytes), this.#sign(head, download))) return undefined;
    const view = new DataView(state.buffer, state.byteOffset);
    const ageMs = nowMs - view.getFloat64(4);
    return ageMs > downloadTimeoutMs ? undefined : view.getUint32(0);
  }

  #sign(head: Uint8Array, {acl, deviceAddress}: Download): Uint8Array {
    const hmac = createHmac('sha256', this.#key).update(head).update(`${deviceAddress} ${acl}`);
    return new Uint8Array(hmac.digest()).subarray(0, signatureBytes);
  }
}

/** How long the switch may take from one round to the next, in lab time (ours). */
export const downloadTimeoutMs = 60_000;

const headBytes = 12;
const signatureBytes = 16;
