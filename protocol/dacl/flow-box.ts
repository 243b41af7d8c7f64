import {addressBits, boxOf, maskOfFlags} from '#protocol/dacl/ace-boxes.ts';
import type {Acl, AddressMatch} from '#protocol/dacl/acl.ts';
import type {Box} from '#protocol/dacl/box.ts';
import {protocolNumbers} from '#protocol/dacl/ios-protocols.ts';

/** What an endpoint begins with, from any of its addresses. */
export interface Flow {
  protocol: 'tcp' | 'udp';
  /** Left out: to any address. */
  destination?: string;
  destinationPort: number;
  /** Left out: any. */
  sourcePort?: number;
}

/** The packets that a flow may begin with: for TCP a SYN, of whatever TTL and without a DSCP. */
export function boxOfFlow({protocol, destination, destinationPort, sourcePort}: Flow, family: Acl['family']): Box {
  const to: AddressMatch = destination === undefined ? {kind: 'any'} : {kind: 'host', address: destination};
  return boxOf({
    protocol: [protocolNumbers[protocol], protocolNumbers[protocol]],
    fragment: [0, 0],
    second: [destinationPort, destinationPort],
    ...(sourcePort === undefined ? {} : {first: [sourcePort, sourcePort]}),
    dscp: [0, 63],
    ...(protocol === 'tcp' ? {flags: [maskOfFlags(['syn']), maskOfFlags(['syn', 'ack', 'rst', 'fin'])]} : {}),
    addresses: [...addressBits({kind: 'any'}, family), ...addressBits(to, family)],
  });
}
