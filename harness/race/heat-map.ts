import type {Axis, RaceMap} from '#harness/race/race-map.ts';

/** What a cell that was played says of the map. */
export interface ConfirmedCell {
  row: number;
  column: number;
  expected: 'alarm' | 'no alarm';
  found: 'alarm' | 'no alarm';
}

export const axisTitles: Record<Axis['name'], string> = {
  ui: 'report to UI (s)',
  coa: 'CoA latency (s)',
  reauth: 're-authentication latency (s)',
  download: 'dACL download latency (s)',
  install: 'dACL installation latency (s)',
  delay: 'NetworkTransitionDelay (s)',
  interval: 'StateSyncProbeInterval (s)',
};

const shades = [' ', '·', '░', '▒', '▓', '█'];
/** From green to red in the 256 colours of terminals. */
const colours = [22, 58, 94, 130, 166, 160];

/**
The map as text, at most `width` columns and `height` rows: a row of `y` a line, the greatest first. A cell that stands for several shows
the worst of them. With `colour`, backgrounds; without, shades. Confirmed cells are marked ✓, or ✗ where the map was wrong.
*/
export function heatMapText(
  map: RaceMap,
  {
    width,
    height,
    colour,
    confirmed = [],
  }: {width: number; height: number; colour: boolean; confirmed?: ConfirmedCell[]},
): string {
  const columns = groups(map.x.valuesMs.length, width - 10);
  const rows = groups(map.y.valuesMs.length, height).reverse();
  const lines = rows.map(row => {
    const cells = columns.map(column => {
      const share = Math.max(...row.flatMap(r => column.map(c => map.alarms[r]?.[c] ?? 0)));
      const mark = markOf(confirmed.filter(cell => row.includes(cell.row) && column.includes(cell.column)));
      return paint(share, mark, colour);
    });
    return `${seconds(map.y.valuesMs[row[0] ?? 0]).padStart(7)} │${cells.join('')}`;
  });
  const first = seconds(map.x.valuesMs[0]);
  const last = seconds(map.x.valuesMs.at(-1));
  return [
    `${axisTitles[map.y.name]}`,
    ...lines,
    `${' '.repeat(8)}└${'─'.repeat(columns.length)}`,
    `${' '.repeat(9)}${first}${last.padStart(Math.max(1, columns.length - first.length))}  ${axisTitles[map.x.name]}`,
    `${' '.repeat(9)}false alarms: ${legend(colour)}`,
  ].join('\n');
}

/** 0 for never, then up to 1 %, 10 %, half, nearly always, always. */
export function level(share: number): number {
  if (share === 0) return 0;
  return [0.01, 0.1, 0.5, 0.999].filter(limit => share > limit).length + 1;
}

export const levelTitles = ['never', 'up to 1 %', 'up to 10 %', 'up to half', 'mostly', 'always'];

export function seconds(ms = 0): string {
  return String(Math.round(ms) / 1000);
}

function paint(share: number, mark: string | undefined, colour: boolean): string {
  const at = level(share);
  if (!colour) return mark ?? shades[at] ?? '';
  return `\u{1b}[48;5;${colours[at]}m${mark ?? ' '}\u{1b}[0m`;
}

function markOf(cells: ConfirmedCell[]): string | undefined {
  if (cells.length === 0) return undefined;
  return cells.every(({expected, found}) => expected === found) ? '✓' : '✗';
}

function legend(colour: boolean): string {
  return levelTitles
    .map((title, at) => (colour ? `\u{1b}[48;5;${colours[at]}m  \u{1b}[0m ${title}` : `[${shades[at]}] ${title}`))
    .join('  ');
}

/** Indexes 0 to count - 1, dealt to at most `most` neighbours each. */
function groups(count: number, most: number): number[][] {
  const size = Math.max(1, Math.min(count, most));
  return Array.from({length: size}, (_, group) => {
    const from = Math.floor((group * count) / size);
    const to = Math.floor(((group + 1) * count) / size);
    return Array.from({length: to - from}, (_, index) => from + index);
  });
}
