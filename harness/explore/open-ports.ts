import {tcp} from '#harness/simulator/segment.ts';
import {verdict} from '#protocol/dacl/verdict.ts';
import type {NadSessionView, NadView} from '#protocol/nad/contract.ts';

/** Of these PSNs, those whose port a session's packets get to, by the lists that the switch says are in force. */
export function openPorts(nad: NadView, session: NadSessionView, psns: readonly string[], port: number): string[] {
  const ofPort = nad.bindings.filter(binding => binding.port === session.port);
  const bound =
    ofPort.find(({address}) => address !== null && address === session.address) ??
    ofPort.find(({address}) => address === null);
  const acl = nad.acls.find(({name}) => name === bound?.acl);
  if (acl === undefined) return [];
  return psns.filter(destination => {
    const syn = {protocol: tcp, source: session.address ?? '', sourcePort: 40_000, destination, destinationPort: port};
    return verdict(acl, {...syn, flags: ['syn']}).verdict === 'permit';
  });
}
