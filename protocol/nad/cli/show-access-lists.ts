import type {Acl} from '#protocol/dacl/acl.ts';
import {iosAclName, serverAclFamily} from '#protocol/dacl/name.ts';
import {showAce} from '#protocol/dacl/show.ts';
import {type Command, type CommandResult, type CommandRun, keyword, type Token} from '#protocol/nad/cli/command.ts';

const show = keyword('show', 'Show running system information');
const ip = keyword('ip', 'IP information');
const lists = keyword('access-lists', 'List access lists');
const ipLists = keyword('access-lists', 'List IP access lists');
export const aclNameArgument: Token = {
  kind: 'argument',
  name: 'acl',
  label: 'WORD',
  help: 'ACL name',
  read: ([word = '']) => ({ok: true, value: word, used: 1}),
};

const showAll = (run: CommandRun) => showLists(run);
const showIpv4 = (run: CommandRun) => showLists(run, 'ipv4');

export const showAccessLists: Command = {form: [show, lists], hasOutput: true, run: showAll};
export const showAccessList: Command = {form: [show, lists, aclNameArgument], hasOutput: true, run: showAll};
export const showIpAccessLists: Command = {form: [show, ip, ipLists], hasOutput: true, run: showIpv4};
export const showIpAccessList: Command = {form: [show, ip, ipLists, aclNameArgument], hasOutput: true, run: showIpv4};

/** Every installed list (of a family) as it is stored: `any` sources stay `any` (domain.md 5.6, 5.10). */
export function showLists(
  {arguments: {acl: wanted}, world: {view, counts}}: CommandRun,
  family?: Acl['family'],
): CommandResult {
  const installed = view.acls.filter(acl => family === undefined || acl.family === family);
  const acls = installed.filter(acl => wanted === undefined || iosAclName(acl.name) === wanted || acl.name === wanted);
  return {lines: acls.flatMap(acl => linesOf(acl, matchesOf(acl, counts)))};
}

/**
dACLs, and lists that came in an Accept, are numbered 1, 2, 3 as on TAC 222483's 3560C, lists of the switch's own 10, 20, 30 as everywhere in IOS, unless the text
gives numbers: those decided the order, so they are shown (`Ace.sequence`). IPv6 entries have theirs at the end.
*/
function linesOf(acl: Acl, matches: (line: number) => number): string[] {
  const isDacl = serverAclFamily(acl.name) !== undefined;
  const step = isDacl ? 1 : 10;
  const {family} = acl;
  return [
    `${family === 'ipv6' ? 'IPv6' : 'Extended IP'} access list ${iosAclName(acl.name)}${isDacl ? ' (per-user)' : ''}`,
    ...acl.entries.map((ace, index) => {
      const sequence = ace.sequence ?? (index + 1) * step;
      const count = matches(ace.line);
      const entry = `${showAce(ace, {family})}${count === 0 ? '' : ` (${count} match${count === 1 ? '' : 'es'})`}`;
      return family === 'ipv6' ? `    ${entry} sequence ${sequence}` : `    ${sequence} ${entry}`;
    }),
  ];
}

function matchesOf({name}: Acl, counts: CommandRun['world']['counts']): (line: number) => number {
  const byLine = new Map(counts.filter(count => count.acl === name).map(({line, packets}) => [line, packets]));
  return line => byLine.get(line) ?? 0;
}
