import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import {createProofContainer} from '#harness/acl/proof-container.ts';
import type {SwapRequest, SwapResult} from '#images/nad/acl-proof/swap.ts';

/** Replaces the list of a port while packets flow (images/nad/acl-proof/swap.ts), in a container of its own. */
export async function swapInContainer(request: SwapRequest, say: (message: string) => void): Promise<SwapResult> {
  await using resources = new AsyncDisposableStack();
  const {container, stream} = await createProofContainer(resources, {program: 'swap-main.ts', say});
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  container.modem.demuxStream(stream, stdout, stderr);
  stream.once('end', () => {
    stdout.end();
    stderr.end();
  });
  await container.start();
  stream.end(JSON.stringify(request));
  const [answer, complaints] = await Promise.all([text(stdout), text(stderr)]);
  if (!answer.startsWith('{')) throw new Error(`The lists could not be swapped: ${complaints.trim()}`);
  return JSON.parse(answer) as SwapResult;
}
