import {boxesOf} from '#protocol/dacl/ace-boxes.ts';
import type {Ace, Acl, PortMatch} from '#protocol/dacl/acl.ts';
import {intersects} from '#protocol/dacl/box.ts';
import {idleEntries} from '#protocol/dacl/shadowing.ts';
import {showAce} from '#protocol/dacl/show.ts';

/** A list that is almost the one it was made of. */
export interface ChangedAcl {
  /** Of the entry that was changed, in the list it was made of. */
  line: number;
  change: 'dropped' | 'reordered' | 'widened' | 'shifted' | 'turned';
  /** What was done, for people. */
  about: string;
  entries: Ace[];
}

/**
One small mistake at a time, of the kinds that people make: an entry left out, two in the wrong order, an entry for any address
or any port, a port one too high, a deny that permits. Left out are an entry dropped that makes no difference, and two
reordered of which no packet matches both, or that do the same.
*/
export function changesOf(acl: Acl): ChangedAcl[] {
  const {entries, family} = acl;
  const idle = new Set(idleEntries(acl).map(({index}) => index));
  return entries.flatMap((ace, index) => {
    const {line} = ace;
    const name = `line ${line} (${showAce(ace, {family})})`;
    const next = entries[index + 1];
    const replaced = (changed: Ace) => entries.with(index, changed);
    const turned = ace.action === 'permit' ? 'deny' : 'permit';
    const changes: (Omit<ChangedAcl, 'line'> | false | undefined)[] = [
      idle.has(index)
        ? undefined
        : {change: 'dropped', about: `${name} left out`, entries: entries.toSpliced(index, 1)},
      next &&
        dependOnOrder(ace, next, family) && {
          change: 'reordered',
          about: `${name} after line ${next.line}`,
          entries: entries.with(index, next).with(index + 1, ace),
        },
      ace.destination.kind === 'any'
        ? undefined
        : {
            change: 'widened',
            about: `${name} for any destination`,
            entries: replaced({...ace, destination: {kind: 'any'}}),
          },
      ace.destinationPort && {
        change: 'widened',
        about: `${name} for any port`,
        entries: replaced(withoutPort(ace)),
      },
      ace.destinationPort && {
        change: 'shifted',
        about: `${name} one port higher`,
        entries: replaced({...ace, destinationPort: shifted(ace.destinationPort)}),
      },
      {change: 'turned', about: `${name} as ${turned}`, entries: replaced({...ace, action: turned})},
    ];
    return changes.flatMap(change => (change ? [{line, ...change}] : []));
  });
}

function dependOnOrder(ace: Ace, next: Ace, family: Acl['family']): boolean {
  if (ace.action === next.action) return false;
  const others = boxesOf(next, family);
  return boxesOf(ace, family).some(box => others.some(other => intersects(box, other)));
}

function withoutPort({destinationPort: _, ...rest}: Ace): Ace {
  return rest;
}

function shifted(match: PortMatch): PortMatch {
  const higher = (port: number) => Math.min(port + 1, 65535);
  switch (match.operator) {
    case 'eq':
    case 'neq':
      return {...match, values: match.values.map(higher)};
    case 'gt':
    case 'lt':
      return {...match, value: higher(match.value)};
    case 'range':
      return {operator: 'range', from: higher(match.from), to: higher(match.to)};
  }
}
