import {type Command, keyword} from '#protocol/nad/cli/command.ts';

/** No password: whoever is at the console of an emulated switch is in a container already. */
export const enable: Command = {
  form: [keyword('enable', 'Turn on privileged commands')],
  run: ({terminal}) => {
    terminal.mode = 'privileged';
    return {lines: []};
  },
};

export const disable: Command = {
  form: [keyword('disable', 'Turn off privileged commands')],
  isPrivileged: true,
  run: ({terminal}) => {
    terminal.mode = 'user';
    return {lines: []};
  },
};

export const exit: Command = {form: [keyword('exit', 'Exit from the EXEC')], run: () => ({lines: [], ends: true})};
export const logout: Command = {form: [keyword('logout', 'Exit from the EXEC')], run: () => ({lines: [], ends: true})};
