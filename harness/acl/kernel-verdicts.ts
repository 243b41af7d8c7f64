import type {Verdict} from '#harness/acl/model-verdicts.ts';
import {openProofContainer} from '#harness/acl/proof-container.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';

/** What the kernel does with packets on a port that has the list: real packets, through the rules that the switch would have. */
export async function verdictsInKernel(
  acl: Acl,
  {packets, endpoint, say}: {packets: Packet[]; endpoint: string | null; say: (message: string) => void},
): Promise<Verdict[]> {
  await using bench = await openProofContainer(say);
  const {verdicts} = await bench.judge({acl, endpoint, packets});
  return verdicts;
}
