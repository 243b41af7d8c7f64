import type {Ace} from '#protocol/dacl/acl.ts';
import {exampleOf} from '#protocol/dacl/example-packet.ts';
import type {Linted} from '#protocol/dacl/lint.ts';
import {nameOf, placeOf} from '#protocol/dacl/lint-place.ts';
import {asksForPort} from '#protocol/dacl/lint-probe.ts';
import type {AclProblem} from '#protocol/dacl/problem.ts';
import {type Idle, searchIdleEntries} from '#protocol/dacl/shadowing.ts';

/**
Entries that make no difference. One that writes the implicit deny out is no problem, nor one that denies the probe, which TAC
222483 wants to see, nor one for the log.
*/
export function checkIdleEntries(linted: Linted): AclProblem[] {
  const {entries} = linted.acl;
  const {idle, isComplete} = searchIdleEntries(linted.acl, linted.boxes);
  const problems = idle
    .filter(({kind, index}) => kind === 'shadowed' || !entries[index]?.log)
    .filter(({kind, index}) => kind === 'shadowed' || !isMeantToBeSeen(entries[index], linted.port))
    .map(idle => (idle.kind === 'shadowed' ? shadowedProblem(idle, linted) : redundantProblem(idle, linted)));
  return isComplete ? problems : [...problems, incompleteProblem(linted)];
}

function incompleteProblem(linted: Linted): AclProblem {
  return {
    severity: 'warning',
    code: 'too-many-overlaps',
    ...placeOf(linted.acl.entries.at(-1), linted),
    message:
      'So many entries overlap that not all were compared: some of them may be shadowed without being told here.',
    fix: 'Shorten the list, or check parts of it by themselves.',
  };
}

function isMeantToBeSeen(ace: Ace | undefined, port: number): boolean {
  if (ace?.action === 'deny' && asksForPort(ace.destinationPort, port)) return true;
  return (
    ace?.action === 'deny' &&
    ace.protocol === undefined &&
    ace.source.kind === 'any' &&
    ace.destination.kind === 'any' &&
    !ace.fragments
  );
}

function shadowedProblem({index, by, example}: Extract<Idle, {kind: 'shadowed'}>, linted: Linted): AclProblem {
  const {acl} = linted;
  const ace = acl.entries[index];
  const others = by.flatMap(place => acl.entries[place] ?? []);
  const isSame = others.every(({action}) => action === ace?.action);
  const names = others.slice(0, 3).map(other => nameOf(other, linted));
  const more = others.length > 3 ? ` and ${others.length - 3} more` : '';
  return {
    severity: 'warning',
    code: 'shadowed',
    ...placeOf(ace, linted),
    message: `No packet reaches this entry: ${names.join(', ')}${more} ${
      others.length > 1 ? 'together match' : 'matches'
    } all of its packets before${isSame ? ', and the same happens to them there' : ''}.`,
    fix: isSame ? 'Remove it.' : `Move it above line ${others[0]?.line}, or remove it.`,
    packet: exampleOf(example, acl.family),
    ...(isSame ? {edit: {kind: 'remove-line'}} : {}),
  };
}

function redundantProblem({index, by, example}: Extract<Idle, {kind: 'redundant'}>, linted: Linted): AclProblem {
  const {acl} = linted;
  const ace = acl.entries[index];
  return {
    severity: 'warning',
    code: 'redundant',
    ...placeOf(ace, linted),
    message: `The list does the same without this entry: ${nameOf(by === null ? null : acl.entries[by], linted)} ${
      ace?.action === 'permit' ? 'permits' : 'denies'
    } its packets too.`,
    fix: 'Remove it, unless it is there to count or to explain.',
    packet: exampleOf(example, acl.family),
  };
}
