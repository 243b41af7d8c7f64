import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import {interfaceArgument, shortInterfaceName} from '#protocol/nad/cli/interface-name.ts';
import {ciscoMac} from '#protocol/nad/cli/mac.ts';
import type {NadSessionView} from '#protocol/nad/contract.ts';

const words = [
  keyword('show', 'Show running system information'),
  keyword('authentication', 'Shows Auth Manager registrations or sessions'),
  keyword('sessions', 'Auth Manager Session information'),
];

/** One line a session, as IOS 15.2 on a Catalyst 3560 prints it. */
export const showAuthenticationSessions: Command = {
  form: words,
  hasOutput: true,
  run: ({world: {view}}) => ({
    lines: view.sessions.length === 0 ? ['No sessions currently exist'] : table(view.sessions),
  }),
};

export const showAuthenticationSessionsInterface: Command = {
  form: [...words, keyword('interface', 'Specify an interface'), interfaceArgument],
  hasOutput: true,
  run: ({arguments: {port}, world: {view}}) => {
    const sessions = view.sessions.filter(session => session.port === port);
    return {lines: sessions.length === 0 ? ['No sessions match supplied criteria.'] : table(sessions)};
  },
};

function table(sessions: readonly NadSessionView[]): string[] {
  return [
    '',
    'Interface    MAC Address    Method  Domain  Status Fg Session ID',
    '------------------------------------------------------------------------------',
    ...sessions.map(row),
    '',
    `Session count = ${sessions.length}`,
    '',
    ...key,
  ];
}

function row({interface: name, mac, methods, authorized, domain, applyingPolicy, sessionId}: NadSessionView): string {
  const method = methods.find(({state}) => state === 'Authc Success' || state === 'Running')?.method ?? 'N/A';
  return [
    shortInterfaceName(name).padEnd(12),
    ciscoMac(mac),
    method.padEnd(7),
    (authorized ? domain : 'UNKNOWN').padEnd(7),
    (authorized ? 'Auth' : 'Unauth').padEnd(6),
    (applyingPolicy ? 'A' : '').padEnd(2),
    sessionId,
  ].join(' ');
}

const key = [
  'Key to Session Events Blocked Status Flags:',
  '',
  '  A - Applying Policy (multi-line status for details)',
  '  D - Awaiting Deletion',
  '  F - Final Removal in progress',
  '  I - Awaiting IIF ID allocation',
  '  N - Waiting for AAA to come up',
  '  P - Pushed Session',
  '  R - Removing User Profile (multi-line status for details)',
  '  U - Applying User Profile (multi-line status for details)',
  '  X - Unknown Blocker',
];
