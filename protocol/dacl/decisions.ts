import {AclBoxes} from '#protocol/dacl/ace-boxes.ts';
import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {type Box, intersection, intersects, subtract} from '#protocol/dacl/box.ts';

/** What happens to some of the packets of a region. */
export interface Decision {
  action: 'permit' | 'deny';
  /** The entry that decides; null: the implicit deny. */
  ace: Ace | null;
  /** Packets of the region for which it does. */
  example: Box;
}

/** More pieces than this, and the rest of the region is not looked at any more. */
const mostPieces = 512;

/**
Who decides about the packets of a region, in the order of evaluation; each entry once. Behind an entry with a time range come
those that decide about the same packets when it is not active.
*/
export function decisionsFor(acl: Acl, region: Box, known = new AclBoxes(acl.family)): Decision[] {
  const decisions: Decision[] = [];
  let pieces = [region];
  for (const ace of acl.entries) {
    const boxes = known.of(ace);
    if (!boxes.some(box => intersects(box, region))) continue;
    const example = firstCommon(pieces, boxes);
    if (example === undefined) continue;
    decisions.push({action: ace.action, ace, example});
    if (ace.timeRange !== undefined) continue;
    for (const box of boxes) pieces = pieces.flatMap(piece => subtract(piece, box));
    if (pieces.length === 0 || pieces.length > mostPieces) return decisions;
  }
  const [example] = pieces;
  if (example) decisions.push({action: 'deny', ace: null, example});
  return decisions;
}

function firstCommon(pieces: readonly Box[], boxes: readonly Box[]): Box | undefined {
  for (const box of boxes) {
    for (const piece of pieces) {
      const common = intersection(piece, box);
      if (common) return common;
    }
  }
  return undefined;
}
