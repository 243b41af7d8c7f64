import type {DelayAnswer} from '#harness/race/delay-answer.ts';
import type {ConfirmedCell} from '#harness/race/heat-map.ts';
import {heatMapSvg} from '#harness/race/heat-map-svg.ts';
import type {RaceMap} from '#harness/race/race-map.ts';

/** What `posturelab race` found. */
export interface RaceReport {
  seed: number;
  map: RaceMap;
  answer: DelayAnswer;
  confirmed: ConfirmedCell[];
}

/** One HTML file that needs no other: the map, the answer in words, the figures to copy. */
export function racePage(report: RaceReport): string {
  const {map, answer, confirmed, seed} = report;
  const agreeing = confirmed.filter(({expected, found}) => expected === found).length;
  const played =
    confirmed.length === 0
      ? ''
      : `<p>${agreeing} of ${confirmed.length} cells played in containers agree with the map (circles).</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>posturelab race map</title>
<style>
  body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  svg { width: 100%; height: auto; border: 1px solid #ccc; }
  pre { overflow: auto; max-height: 20rem; background: #f4f4f4; padding: 1rem; }
</style>
<h1>When does a correct dACL alarm?</h1>
<p>${asText(answerText(answer))}</p>
${heatMapSvg(map, confirmed)}
${played}
<p>The alarm comes when the first probe is answered before the dACL is in force (CSCwd58316). Hover over a cell for its figures. Seed ${seed}.</p>
<details><summary>Figures</summary><pre>${asText(JSON.stringify(report))}</pre></details>
</html>
`;
}

/** The answer in a sentence or two. */
export function answerText({delayS, target, draws, falseAlarms, compared, caution}: DelayAnswer): string {
  const others = compared.map(other => `${other.delayS} s: ${percent(other.share)}`).join(', ');
  const found =
    delayS === null
      ? `No transition delay keeps false alarms below ${percent(target)}: even 30 s leaves ${percent(falseAlarms.share)}. Make the switch faster.`
      : `A NetworkTransitionDelay of ${delayS} s keeps false alarms below ${percent(target)} (found ${percent(falseAlarms.share)}, with 95 % confidence at most ${percent(falseAlarms.atMost)}, of ${draws} draws).`;
  return `${found} For comparison, ${others}.${caution === null ? '' : ` Careful: ${caution}`}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
