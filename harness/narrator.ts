import {narrate, type Told} from '#harness/narration.ts';
import type {Timeline} from '#harness/timeline.ts';
import type {LabEvent} from '#protocol/event.ts';

/** Colours for moods, as functions; identity functions where there is no terminal. */
export interface Palette {
  plain: (text: string) => string;
  good: (text: string) => string;
  bad: (text: string) => string;
  quiet: (text: string) => string;
}

/**
Tells a lab's story line by line while it happens: lab time, node, what, and under it why it matters, the first time. The
disposer ends it. Lines come in the order of arrival, which may differ by a few milliseconds from lab time.
*/
export function tellStory(timeline: Timeline, write: (line: string) => void, palette: Palette): Disposable {
  const explained = new Set<string>();
  const tell = (event: LabEvent) => {
    const told = narrate(event);
    if (told) for (const line of linesOf(event, told, palette, explained)) write(line);
  };
  for (const event of timeline.all()) tell(event);
  return timeline.subscribe(tell);
}

function linesOf(event: LabEvent, {what, why, mood}: Told, palette: Palette, explained: Set<string>): string[] {
  const time = palette.quiet(`${(event.atMs / 1000).toFixed(2).padStart(7)} s`);
  const lines = [`${time}  ${event.node.padEnd(9)} ${palette[mood](what)}`];
  if (why !== undefined && !explained.has(why)) {
    explained.add(why);
    lines.push(`${' '.repeat(22)}${palette.quiet(`└ ${why}`)}`);
  }
  return lines;
}
