import type {PsnEffect} from '#protocol/psn/contract.ts';
import type {NodeState} from '#protocol/psn/node-state.ts';

/** Asks another node, whose certificate is judged by this node's own clock. */
export function callPeer(
  {outbox, clock}: NodeState,
  call: Omit<PsnEffect & {kind: 'https-call'}, 'kind' | 'clockOffsetMs'>,
): void {
  outbox.add({kind: 'https-call', ...call, clockOffsetMs: clock.offsetMs});
}
