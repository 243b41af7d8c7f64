import {type Command, keyword, type ReadArgument, type Token} from '#protocol/nad/cli/command.ts';

const terminal = keyword('terminal', 'Set terminal line parameters');

export const terminalLength: Command = {
  form: [
    terminal,
    keyword('length', 'Set number of lines on a screen'),
    numberArgument('<0-512>', 'Number of lines on screen (0 for no pausing)'),
  ],
  run: run => {
    run.terminal.lengthLines = Number(run.arguments['number']);
    return {lines: []};
  },
};

/** Taken and without effect: nothing is wrapped here. Automation libraries set it at login. */
export const terminalWidth: Command = {
  form: [
    terminal,
    keyword('width', 'Set width of the display terminal'),
    numberArgument('<0-512>', 'Number of characters on a screen line'),
  ],
  run: () => ({lines: []}),
};

function numberArgument(label: string, help: string): Token {
  return {kind: 'argument', name: 'number', label, help, read: readNumber};
}

function readNumber([word = '']: readonly string[]): ReturnType<ReadArgument> {
  const isNumber = /^\d{1,3}$/.test(word) && Number(word) <= 512;
  return isNumber ? {ok: true, value: word, used: 1} : {ok: false, badWord: 0, badAt: 0};
}
