/** How a link treats what is sent in one direction. Times are lab time, shares are of one frame, from 0 to 1. */
export interface Impairment {
  delayMs: number;
  /** Added to the delay, evenly from 0 to this. The order is kept. */
  jitterMs: number;
  loss: number;
  duplication: number;
  /** Frames that do not wait out the delay, and so overtake those that do (as tc-netem(8) means it). */
  reordering: number;
  /** Bits a second; null: as fast as it goes. */
  rateBitS: number | null;
  /** Nothing arrives, and neither end is told: the carrier stays. */
  cut: boolean;
}

/** Nothing is wrong. */
export const noImpairment: Impairment = {
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  duplication: 0,
  reordering: 0,
  rateBitS: null,
  cut: false,
};

/** In words for people: `50 ms late (+ up to 5 ms), loses 1 %`. */
export function describeImpairment(impairment: Impairment): string {
  const {delayMs, jitterMs, loss, duplication, reordering, rateBitS, cut} = impairment;
  if (cut) return 'cut: nothing arrives';
  const parts = [
    delayMs > 0 || jitterMs > 0 ? `${delayMs} ms late${jitterMs > 0 ? ` and up to ${jitterMs} ms more` : ''}` : '',
    loss > 0 ? `loses ${percent(loss)}` : '',
    duplication > 0 ? `doubles ${percent(duplication)}` : '',
    reordering > 0 ? `lets ${percent(reordering)} overtake` : '',
    rateBitS === null ? '' : `${rateBitS / 1000} kbit/s`,
  ].filter(part => part !== '');
  return parts.length === 0 ? 'good' : parts.join(', ');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
