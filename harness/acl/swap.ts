import {createProofContainer} from '#harness/acl/proof-container.ts';
import {outputOf} from '#harness/containers/exec.ts';
import type {SwapRequest, SwapResult} from '#images/nad/acl-proof/swap.ts';

/** Replaces the list of a port while packets flow (images/nad/acl-proof/swap.ts), in a container of its own. */
export async function swapInContainer(request: SwapRequest, say: (message: string) => void): Promise<SwapResult> {
  await using resources = new AsyncDisposableStack();
  const {container, stream} = await createProofContainer(resources, {program: 'swap-main.ts', say});
  const output = outputOf(container, stream);
  await container.start();
  stream.end(JSON.stringify(request));
  const {stdout, stderr} = await output;
  if (!stdout.startsWith('{')) throw new Error(`The lists could not be swapped: ${stderr.trim()}`);
  return JSON.parse(stdout) as SwapResult;
}
