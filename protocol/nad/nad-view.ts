import type {CoaListener} from '#protocol/nad/coa-listener.ts';
import type {NadSessionView, NadSettings, NadView} from '#protocol/nad/contract.ts';
import {openAcl} from '#protocol/nad/desired-enforcement.ts';
import type {DeviceTracking} from '#protocol/nad/device-tracking.ts';
import type {EnforcementLedger} from '#protocol/nad/enforcement-ledger.ts';
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
  const {hostname, accountingIntervalMs, uptimeMs, labEpochMs}: NadSettings = context.settings;
  return {
    hostname,
    sessions: sessions.all().map(session => sessionView(session, parts)),
    acls: ledger.acls(),
    bindings: ledger.bindings().map(({port, address, acl}) => ({port, address, acl})),
    ports: ports.all().map(({port, interface: name, carrier, admin}) => ({
      port,
      interface: name,
      up: carrier,
      shutdown: admin.kind === 'shutdown',
    })),
    tracking: tracking.all().map(({port, mac, address, unanswered}) => ({
      port,
      interface: ports.interfaceOf(port),
      mac,
      address,
      state: unanswered > 1 ? 'INACTIVE' : 'ACTIVE',
    })),
    servers: parts.servers.view(nowMs),
    coa: {...parts.coa.counters},
    generation: ledger.generation,
    held: context.steps.held(),
    accountingIntervalMs,
    uptimeMs,
    labEpochMs,
  };
}

function sessionView(session: Session, {ports, tracking, ledger}: ViewedParts): NadSessionView {
  const {attempt, grant} = session;
  const binding = ledger.bindingOf(session.id);
  const assigned = grant?.policy.acl ?? null;
  return {
    port: session.port,
    interface: ports.interfaceOf(session.port),
    mac: session.mac,
    address: tracking.addressOf(session.port, session.mac),
    userName: session.userName,
    authorized: session.authorized,
    domain: 'DATA',
    sessionId: session.id,
    acctSessionId: hex8(session.counter),
    handle: session.handle,
    startedAtMs: session.startedAtMs,
    accountingDueAtMs: session.accounting?.dueAtMs ?? null,
    restartDueAtMs: attempt.kind === 'failed' ? attempt.restartAtMs : null,
    applyingPolicy: attempt.kind === 'fetching' || attempt.kind === 'installing' || grant?.confirmed === false,
    acl: binding === undefined || binding.acl === openAcl.name ? null : binding.acl,
    assignedAcl: assigned !== null && ledger.holdsAcl(assigned) ? assigned : null,
    redirect: grant?.policy.redirect ?? null,
    server: grant?.policy.server ?? '',
    methods: [{method: 'mab', state: methodState(session)}],
  };
}

function methodState({attempt}: Session): NadSessionView['methods'][number]['state'] {
  if (attempt.kind === 'waiting' || attempt.kind === 'asking') return 'Running';
  if (attempt.kind === 'failed') return attempt.authenticated ? 'Authc Success' : 'Authc Failed';
  return 'Authc Success';
}
