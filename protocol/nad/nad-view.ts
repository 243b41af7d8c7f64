import {serverAclFamily} from '#protocol/dacl/name.ts';
import type {CoaListener} from '#protocol/nad/coa-listener.ts';
import type {MethodOrder, NadSessionView, NadSettings, NadView} from '#protocol/nad/contract.ts';
import type {DeviceTracking, TrackedAddress} from '#protocol/nad/device-tracking.ts';
import type {EnforcementLedger} from '#protocol/nad/enforcement-ledger.ts';
import {hostModeOf} from '#protocol/nad/host-mode.ts';
import type {NadContext} from '#protocol/nad/nad-context.ts';
import type {Ports} from '#protocol/nad/ports.ts';
import type {RadiusServers} from '#protocol/nad/radius-servers.ts';
import {hex8, type Session} from '#protocol/nad/session.ts';
import type {Sessions} from '#protocol/nad/sessions.ts';

export interface ViewedParts {
  context: NadContext;
  ports: Ports;
  sessions: Sessions;
  tracking: DeviceTracking;
  ledger: EnforcementLedger;
  servers: RadiusServers;
  coa: CoaListener;
}

/** The switch as its CLI and a spec see it, at one instant. */
export function nadView(parts: ViewedParts, nowMs: number): NadView {
  const {context, ports, sessions, tracking, ledger} = parts;
  const {hostname, reauthIntervalMs, accountingIntervalMs, uptimeMs}: NadSettings = context.settings;
  return {
    hostname,
    reauthIntervalMs,
    sessions: sessions.all().map(session => sessionView(session, parts)),
    acls: ledger.acls(),
    bindings: ledger.bindings().map(({port, address, acl}) => ({port, address, acl})),
    ports: ports.all().map(({port, interface: name, carrier, admin}) => ({
      port,
      interface: name,
      up: carrier,
      shutdown: admin.kind === 'shutdown',
      errDisabled: admin.kind === 'err-disabled',
    })),
    tracking: [
      ...tracking.all().map(entry => trackingView(entry, ports, entry.unanswered > 1 ? 'INACTIVE' : 'ACTIVE')),
      ...tracking.inactive().map(entry => trackingView(entry, ports, 'INACTIVE')),
    ],
    servers: parts.servers.view(nowMs),
    coa: {...parts.coa.counters},
    generation: ledger.generation,
    held: context.steps.held(),
    accountingIntervalMs,
    uptimeMs,
    labEpochMs: context.clock.unixMs(0),
  };
}

function trackingView(
  {port, mac, address}: TrackedAddress,
  ports: Ports,
  state: 'ACTIVE' | 'INACTIVE',
): NadView['tracking'][number] {
  return {port, interface: ports.interfaceOf(port), mac, address, state};
}

function sessionView(session: Session, parts: ViewedParts): NadSessionView {
  const {ports, tracking, ledger} = parts;
  const {attempt, grant} = session;
  const bound = ledger.bindingsOf(session.id).map(binding => binding.acl);
  const assigned = (acl: string | null | undefined) => (acl && ledger.holdsAcl(acl) ? acl : null);
  const policy = grant?.policy;
  return {
    port: session.port,
    interface: ports.interfaceOf(session.port),
    mac: session.mac,
    address: tracking.addressOf(session.port, session.mac),
    ipv6Addresses: tracking.ipv6AddressesOf(session.port, session.mac),
    userName: session.userName,
    authorized: session.authorized,
    domain: policy?.domain ?? 'DATA',
    hostMode: hostModeOf(parts.context.settings, session.port),
    sessionId: session.id,
    acctSessionId: hex8(session.counter),
    handle: session.handle,
    startedAtMs: session.startedAtMs,
    accountingDueAtMs: session.accounting?.dueAtMs ?? null,
    timeoutMs: grant?.policy.timeout?.afterMs ?? null,
    reauthDueAtMs: grant?.reauthDueAtMs ?? null,
    restartDueAtMs: attempt.kind === 'failed' ? attempt.restartAtMs : null,
    applyingPolicy: attempt.kind === 'fetching' || attempt.kind === 'installing' || grant?.confirmed === false,
    acl: bound.find(acl => serverAclFamily(acl) === 'ipv4') ?? null,
    assignedAcl: assigned(policy?.acl),
    ipv6Acl: bound.find(acl => serverAclFamily(acl) === 'ipv6') ?? null,
    assignedIpv6Acl: assigned(policy?.ipv6Acl),
    redirect: policy?.redirect ?? null,
    server: policy?.server ?? '',
    methods: methodsOf(session, parts.context.settings.dot1x?.order),
  };
}

/** Methods that have had no turn are not run; those whose turn is over have stopped (TAC 222483: `mab Stopped` beside dot1x). */
function methodsOf(session: Session, order: MethodOrder | undefined): NadSessionView['methods'] {
  const state = methodState(session);
  if (order === undefined) return [{method: 'mab', state}];
  if (session.method === 'mab')
    return [
      {method: 'mab', state},
      {method: 'dot1x', state: order === 'dot1x mab' ? 'Stopped' : 'Not run'},
    ];
  return [
    {method: 'mab', state: state === 'Authc Success' || order === 'mab dot1x' ? 'Stopped' : 'Not run'},
    {method: 'dot1x', state},
  ];
}

function methodState({attempt}: Session): NadSessionView['methods'][number]['state'] {
  if (attempt.kind === 'waiting' || attempt.kind === 'asking' || attempt.kind === 'eap') return 'Running';
  if (attempt.kind === 'failed') return attempt.authenticated ? 'Authc Success' : 'Authc Failed';
  return 'Authc Success';
}
