import {iosAclName, isPerUserAcl} from '#protocol/dacl/name.ts';
import {type Command, type CommandRun, keyword} from '#protocol/nad/cli/command.ts';
import {interfaceArgument, shortInterfaceName} from '#protocol/nad/cli/interface-name.ts';
import {ciscoMac} from '#protocol/nad/cli/mac.ts';
import {showAuthenticationSessionsInterface} from '#protocol/nad/cli/show-authentication-sessions.ts';
import type {NadSessionView} from '#protocol/nad/contract.ts';

/**
`show authentication sessions interface Fa0/12 details`, laid out as in domain.md 5.10 (TAC 222483's Catalyst 3560C). The line
`ACS ACL` says that the switch holds a dACL for the session, `Per-User ACL` (after recall) that it came entry by entry; whether it meets packets is for `show ip access-lists interface`. That a second
one is for the IPv6 list, and several IPv6 addresses stand on one line, is ours; IOS prints IPv6 in capitals.
*/
export const showAuthenticationDetails: Command = {
  form: [...showAuthenticationSessionsInterface.form, keyword('details', 'Show detailed information')],
  hasOutput: true,
  run: run => showDetails(run, session => session.port === run.arguments['port']),
};

/** The same for every session of the switch. */
export const showAllAuthenticationDetails: Command = {
  form: [
    ...showAuthenticationSessionsInterface.form.filter(token => token !== interfaceArgument).slice(0, 3),
    keyword('details', 'Show detailed information'),
  ],
  hasOutput: true,
  run: run => showDetails(run, () => true),
};

function showDetails({world}: CommandRun, isWanted: (session: NadSessionView) => boolean): {lines: string[]} {
  const sessions = world.view.sessions.filter(isWanted);
  if (sessions.length === 0) return {lines: ['No sessions match supplied criteria.']};
  const blocks = sessions.map(session => details(session, world));
  return {lines: blocks.flatMap((block, index) => (index === 0 ? block : [separator, ...block]))};
}

const separator = '-'.repeat(40);

function details(session: NadSessionView, {view, nowMs}: CommandRun['world']): string[] {
  const {authorized, timeoutMs, reauthDueAtMs, assignedAcl, assignedIpv6Acl, accountingDueAtMs, restartDueAtMs} =
    session;
  const fields: [string, string][] = [
    ['Interface', session.interface],
    ['MAC Address', ciscoMac(session.mac)],
    ['IPv6 Address', session.ipv6Addresses.map(address => address.toUpperCase()).join(', ') || 'Unknown'],
    ['IPv4 Address', session.address ?? 'Unknown'],
    ['User-Name', session.userName],
    ['Status', authorized ? 'Authorized' : 'Unauthorized'],
    ['Domain', authorized ? session.domain : 'UNKNOWN'],
    ['Oper host mode', session.hostMode],
    ['Oper control dir', 'both'],
    [
      'Session timeout',
      timeoutMs === null
        ? remaining(view.reauthIntervalMs, reauthDueAtMs, nowMs)
        : remaining(timeoutMs, reauthDueAtMs, nowMs, 'server'),
    ],
    ['Restart timeout', remaining(60_000, restartDueAtMs, nowMs)],
    ['Periodic Acct timeout', remaining(view.accountingIntervalMs, accountingDueAtMs, nowMs)],
    ['Session Uptime', `${wholeSeconds(nowMs - session.startedAtMs)}s`],
    ['Common Session ID', session.sessionId],
    ['Acct Session ID', authorized ? `0x${session.acctSessionId}` : 'Unknown'],
    ['Handle', session.handle],
    ['Current Policy', `POLICY_${shortInterfaceName(session.interface)}`],
  ];
  return [
    ...fields.map(([label, value]) => `${label.padStart(21)}:  ${value}`),
    '',
    ...(authorized ? policies([assignedAcl, assignedIpv6Acl], session.redirect) : []),
    'Method status list:',
    '      Method            State',
    ...session.methods.map(({method, state}) => `      ${method.padEnd(19)}${state}`),
    '',
  ];
}

function policies(acls: (string | null)[], redirect: NadSessionView['redirect']): string[] {
  const line = (label: string, value: string) => `${label.padStart(21)}:  ${value}`;
  return [
    'Local Policies:',
    '        Service Template: DEFAULT_LINKSEC_POLICY_SHOULD_SECURE (priority 150)',
    '',
    'Server Policies:',
    ...(redirect === null ? [] : [line('URL Redirect', redirect.url), line('URL Redirect ACL', redirect.acl)]),
    ...acls.flatMap(acl =>
      acl === null ? [] : [line(isPerUserAcl(acl) ? 'Per-User ACL' : 'ACS ACL', iosAclName(acl))],
    ),
    '',
  ];
}

function remaining(
  periodMs: number,
  dueAtMs: number | null,
  nowMs: number,
  source: 'local' | 'server' = 'local',
): string {
  if (dueAtMs === null) return 'N/A';
  return `${wholeSeconds(periodMs)}s (${source}), Remaining: ${wholeSeconds(Math.max(0, dueAtMs - nowMs))}s`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
