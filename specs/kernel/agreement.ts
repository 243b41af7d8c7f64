/** Model and kernel look at the same packets. */
import fc from 'fast-check';
import {verdictsInModel} from '#harness/acl/model-verdicts.ts';
import type {ProofContainer} from '#harness/acl/proof-container.ts';
import type {Acl} from '#protocol/dacl/acl.ts';
import {showAce} from '#protocol/dacl/show.ts';
import type {Packet} from '#protocol/dacl/verdict.ts';
import {acls, packets} from '#specs/protocol/dacl-arbitraries.ts';

export interface Trial {
  acl: Acl;
  endpoint: string | null;
  packets: Packet[];
}

/** Lists with packets on their borders, the same for the same seed. */
export function trials({seed, lists, packetsEach}: {seed: number; lists: number; packetsEach: number}): Trial[] {
  const some = (family: Acl['family']) =>
    acls(family, {maxEntries: 14}).chain(acl =>
      fc.record({
        acl: fc.constant(acl),
        packets: fc.array(packets(acl), {minLength: packetsEach, maxLength: packetsEach}),
        isSession: fc.constantFrom(false, false, true),
      }),
    );
  return fc
    .sample(fc.oneof({weight: 3, arbitrary: some('ipv4')}, {weight: 2, arbitrary: some('ipv6')}), {
      seed,
      numRuns: lists,
    })
    .map(({acl, packets, isSession}) => ({acl, packets, endpoint: isSession ? (packets[0]?.source ?? null) : null}));
}

/** What the kernel does otherwise than the model says; nothing, if they agree. */
export async function disagreements(bench: ProofContainer, {acl, endpoint, packets}: Trial): Promise<string[]> {
  const expected = verdictsInModel(acl, {packets, endpoint});
  const {verdicts} = await bench.judge({acl, endpoint, packets});
  return packets.flatMap((packet, index) => {
    const [model, kernel] = [expected[index], verdicts[index]];
    if (model?.verdict === kernel?.verdict && model?.line === kernel?.line) return [];
    const list = acl.entries.map(ace => `${ace.line} ${showAce(ace, {family: acl.family})}`).join('\n');
    return `${JSON.stringify(packet)}\nmodel: ${JSON.stringify(model)}\nkernel: ${JSON.stringify(kernel)}\nendpoint: ${endpoint}\n${list}`;
  });
}
