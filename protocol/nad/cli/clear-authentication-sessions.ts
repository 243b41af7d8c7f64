import {type Command, keyword} from '#protocol/nad/cli/command.ts';
import {interfaceArgument} from '#protocol/nad/cli/interface-name.ts';

const words = [
  keyword('clear', 'Reset functions'),
  keyword('authentication', 'Auth Manager'),
  keyword('sessions', 'Clear Auth Manager sessions'),
];

/** Ends every session; hosts that have something to say get new ones. */
export const clearAuthenticationSessions: Command = {
  form: words,
  isPrivileged: true,
  run: ({world: {view}}) => ({lines: [], orders: view.ports.map(({port}) => ({name: 'clear-session', port}))}),
};

export const clearAuthenticationSessionsInterface: Command = {
  form: [...words, keyword('interface', 'Specify an interface'), interfaceArgument],
  isPrivileged: true,
  run: ({arguments: {port = ''}}) => ({lines: [], orders: [{name: 'clear-session', port}]}),
};
