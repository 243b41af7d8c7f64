/** What a policy node can ask of a switch, as packets (domain.md 5.8; step codes 6.7). */
import type {NetworkDevice} from '#protocol/psn/contract.ts';
import type {PsnSession} from '#protocol/psn/session-cache.ts';
import {address, avPair, number, text} from '#protocol/radius/attributes.ts';
import type {RadiusAttribute} from '#protocol/radius/packet.ts';

export type CoaAction =
  | {kind: 'reauthenticate'; type: 'default' | 'last' | 'rerun'}
  | {kind: 'bounce'}
  | {kind: 'disable'}
  | {kind: 'terminate'};

/** One request to one switch; the session is meant as it was when it was asked for. */
export interface CoaOrder {
  action: CoaAction;
  session: Readonly<PsnSession>;
  device: NetworkDevice;
}

interface ActionFacts {
  packet: 'CoA-Request' | 'Disconnect-Request';
  /** As the switch calls it. */
  command: string;
  steps: {requested: number; prepared: number; acknowledged: number; refused: 11222 | 11224};
}

const coa = {acknowledged: 11223, refused: 11224} as const;

const facts: Record<CoaAction['kind'], ActionFacts> = {
  reauthenticate: {
    packet: 'CoA-Request',
    command: 'reauthenticate',
    steps: {requested: 11204, prepared: 11220, ...coa},
  },
  bounce: {packet: 'CoA-Request', command: 'bounce-host-port', steps: {requested: 11203, prepared: 11219, ...coa}},
  disable: {packet: 'CoA-Request', command: 'disable-host-port', steps: {requested: 11202, prepared: 11218, ...coa}},
  terminate: {
    packet: 'Disconnect-Request',
    command: 'disconnect',
    steps: {requested: 11201, prepared: 11217, acknowledged: 11221, refused: 11222},
  },
};

export function factsOf(action: CoaAction): ActionFacts {
  return facts[action.kind];
}

/**
Session identification first, then the command. A Disconnect-Request carries no command, but names the session in every way a
switch may know it: RFC 5176 section 3 by Acct-Session-Id, Cisco by audit-session-id.
*/
export function attributesOf({action, session, device}: CoaOrder, unixTimeS: number): RadiusAttribute[] {
  return [
    address(device.address.includes(':') ? 'NAS-IPv6-Address' : 'NAS-IP-Address', device.address),
    text('Calling-Station-Id', session.mac.replaceAll(':', '-')),
    ...(session.acctSessionId === '' ? [] : [text('Acct-Session-Id', session.acctSessionId)]),
    number('Event-Timestamp', unixTimeS),
    avPair(`audit-session-id=${session.sessionId}`),
    ...commandPairs(action).map(pair => avPair(pair)),
  ];
}

function commandPairs(action: CoaAction): string[] {
  if (action.kind === 'terminate') return [];
  const command = `subscriber:command=${factsOf(action).command}`;
  if (action.kind !== 'reauthenticate' || action.type === 'default') return [command];
  return [command, `subscriber:reauthenticate-type=${action.type}`];
}
