import {axisTitles, type ConfirmedCell, level, levelTitles, seconds} from '#harness/race/heat-map.ts';
import type {RaceMap} from '#harness/race/race-map.ts';

const plot = {left: 70, top: 50, width: 720, height: 480};
const fills = ['#1a7f4b', '#8fbf5a', '#d9c84a', '#e8963c', '#d9552f', '#a31621'];

/** The map as a picture that needs nothing else: axes, legend, and a mark for each cell that was played. */
export function heatMapSvg(map: RaceMap, confirmed: readonly ConfirmedCell[] = []): string {
  const {left, top, width, height} = plot;
  const cell = {width: width / map.x.valuesMs.length, height: height / map.y.valuesMs.length};
  const place = (row: number, column: number) => ({
    x: left + column * cell.width,
    y: top + height - (row + 1) * cell.height,
  });
  const cells = map.alarms.flatMap((shares, row) =>
    shares.map((share, column) => {
      const {x, y} = place(row, column);
      const title = `${axisTitles[map.x.name]} ${seconds(map.x.valuesMs[column])}, ${axisTitles[map.y.name]} ${seconds(map.y.valuesMs[row])}: ${(100 * share).toFixed(2)} % false alarms`;
      return `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${(cell.width + 0.3).toFixed(2)}" height="${(cell.height + 0.3).toFixed(2)}" fill="${fills[level(share)]}"><title>${title}</title></rect>`;
    }),
  );
  const marks = confirmed.map(({row, column, expected, found}) => {
    const {x, y} = place(row, column);
    const agrees = expected === found;
    const title = `played in containers: ${found}, as the map says`;
    return `<circle cx="${(x + cell.width / 2).toFixed(2)}" cy="${(y + cell.height / 2).toFixed(2)}" r="6" fill="${agrees ? '#fff' : '#000'}" stroke="#000"><title>${agrees ? title : `played in containers: ${found}, the map says ${expected}`}</title></circle>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 640" font-family="sans-serif" font-size="13">`,
    `<rect width="840" height="640" fill="#fff"/>`,
    `<text x="${left}" y="28" font-size="17">False alarms with a correct dACL (${map.draws} draws a cell)</text>`,
    ...cells,
    ...marks,
    ...axes(map),
    ...legend(),
    '</svg>',
  ].join('\n');
}

function axes({x, y}: RaceMap): string[] {
  const {left, top, width, height} = plot;
  const ticks = (valuesMs: number[]) => [0, 0.25, 0.5, 0.75, 1].map(at => Math.round(at * (valuesMs.length - 1)));
  const below = ticks(x.valuesMs).map(
    index =>
      `<text x="${(left + ((index + 0.5) * width) / x.valuesMs.length).toFixed(1)}" y="${top + height + 18}" text-anchor="middle">${seconds(x.valuesMs[index])}</text>`,
  );
  const beside = ticks(y.valuesMs).map(
    index =>
      `<text x="${left - 8}" y="${(top + height - ((index + 0.5) * height) / y.valuesMs.length + 4).toFixed(1)}" text-anchor="end">${seconds(y.valuesMs[index])}</text>`,
  );
  return [
    ...below,
    ...beside,
    `<text x="${left + width / 2}" y="${top + height + 40}" text-anchor="middle">${axisTitles[x.name]}</text>`,
    `<text x="20" y="${top + height / 2}" text-anchor="middle" transform="rotate(-90 20 ${top + height / 2})">${axisTitles[y.name]}</text>`,
  ];
}

function legend(): string[] {
  return levelTitles.flatMap((title, at) => {
    const x = plot.left + at * 120;
    return [
      `<rect x="${x}" y="596" width="14" height="14" fill="${fills[at]}"/>`,
      `<text x="${x + 20}" y="608">${title}</text>`,
    ];
  });
}
