import {type Command, keyword} from '#protocol/nad/cli/command.ts';

/** By the switch's own clock: `12:22:47.123 UTC Wed Nov 9 2022`. */
export const showClock: Command = {
  form: [keyword('show', 'Show running system information'), keyword('clock', 'Display the system clock')],
  hasOutput: true,
  run: ({world: {view, nowMs}}) => {
    const epochMs = view.labEpochMs + nowMs;
    const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochMs)
      .toUTCString()
      .replace(',', '')
      .split(' ');
    const ms = String(Math.floor(epochMs) % 1000).padStart(3, '0');
    return {lines: [`${time}.${ms} UTC ${weekday} ${month} ${Number(day)} ${year}`]};
  },
};
