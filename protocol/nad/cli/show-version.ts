import {type Command, keyword} from '#protocol/nad/cli/command.ts';

export const showVersion: Command = {
  form: [keyword('show', 'Show running system information'), keyword('version', 'System hardware and software status')],
  hasOutput: true,
  run: ({world: {view, nowMs}}) => ({
    lines: [
      'posturelab, an emulator of a switch that enforces downloadable access lists',
      'This is not Cisco IOS Software and contains none of it; the command line looks like it, as far as it goes.',
      'Forwarding: Linux. Access lists: nftables.',
      '',
      `${view.hostname} uptime is ${duration(view.uptimeMs + nowMs)}`,
    ],
  }),
};

const units: readonly (readonly [string, number])[] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `2 weeks, 1 day, 3 hours, 5 minutes`, without leading zeros. */
function duration(ms: number): string {
  let seconds = Math.floor(ms / 1000);
  const parts: string[] = [];
  for (const [unit, length] of units) {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    if (count > 0 || parts.length > 0 || unit === 'minute') parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.join(', ');
}
