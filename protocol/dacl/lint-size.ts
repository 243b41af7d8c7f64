import type {Ace} from '#protocol/dacl/acl.ts';
import {type Box, range} from '#protocol/dacl/box.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {placeOf} from '#protocol/dacl/lint-place.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {aclEntryPair, aclRoundBudgetBytes} from '#protocol/radius/acl-download.ts';

/**
What small access switches have for ACLs of all their ports together: 2960-X and 3560 some 600 entries [recall]. Every
session's copy counts, since the endpoint's address takes the place of `any`.
*/
const tcamBudget = 600;

/** Type, length and vendor of a Cisco-AVPair (RFC 2865 §5.26). */
const pairOverheadBytes = 8;

/** Whether the list fits into what RADIUS and a switch have for it (domain.md 5.5). */
export function checkSize(linted: Linted): AclProblem[] {
  return [...checkRadius(linted), ...checkTcam(linted)];
}

function checkRadius(linted: Linted): AclProblem[] {
  let bytes = 0;
  let entries = 0;
  for (const line of linted.lines) {
    const entry = line.trim();
    if (entry === '') continue;
    entries += 1;
    bytes += aclEntryPair(entries, entry).length + pairOverheadBytes;
  }
  if (bytes <= aclRoundBudgetBytes) return [];
  return [
    {
      severity: 'warning',
      code: 'radius-size',
      ...placeOf(linted.acl.entries.at(-1), linted),
      message: `The list takes ${bytes} bytes in RADIUS, and one packet of at most 4096 has room for ${aclRoundBudgetBytes}. The switch must fetch it in ${Math.ceil(bytes / aclRoundBudgetBytes)} rounds or more; where it cannot, ISE logs 11053 and the session fails.`,
      fix: 'Shorten the list: networks for hosts, one `eq` with several ports, no remarks.',
    },
  ];
}

function checkTcam(linted: Linted): AclProblem[] {
  const {acl, boxes} = linted;
  let cost = 1; // the implicit deny
  for (const ace of acl.entries) for (const box of boxes.of(ace)) cost += tcamCost(box, ace);
  if (cost <= tcamBudget) return [];
  return [
    {
      severity: 'warning',
      code: 'tcam-size',
      ...placeOf(acl.entries.at(-1), linted),
      message: `One session with this list takes some ${cost} entries of a switch's TCAM, and small access switches have some ${tcamBudget} for all ports together.`,
      fix: 'Shorten the list; avoid `neq`, `range`, `gt` and `lt`, which take several entries each.',
    },
  ];
}

/** A range takes as many entries as it has blocks that are powers of two. Later fragments go with the entry. */
function tcamCost({ranges}: Box, ace: Ace): number {
  if (ranges[range.fragment] === 1) return ace.fragments ? 1 : 0;
  return blocks(ranges, range.first) * blocks(ranges, range.second) * blocks(ranges, range.ttl);
}

function blocks(ranges: readonly number[], place: number): number {
  let from = ranges[place] ?? 0;
  const to = ranges[place + 1] ?? 0;
  let count = 0;
  while (from <= to) {
    let size = from === 0 ? 65536 : from & -from;
    while (from + size - 1 > to) size /= 2;
    from += size;
    count += 1;
  }
  return count;
}
