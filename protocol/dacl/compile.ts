import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {type Condition, conditionsOf, type KeyField, keyFields} from '#protocol/dacl/compile-ace.ts';
import {neighbourDiscoveryTypes} from '#protocol/dacl/ios-icmp.ts';
import {looksAtTransport} from '#protocol/dacl/verdict.ts';

/** An access list as objects of an nftables table in the netdev family. */
export interface CompiledAcl {
  /** The chain to go to, with packets of the list's family only. */
  chain: string;
  chains: {name: string; rules: string[]}[];
  /** Verdict maps that the chains look up, with a counter for each element. */
  maps: {name: string; type: string; elements: string[]}[];
}

/** So many entries in a row that ask for one value of the same fields become a map: a look-up in place of as many rules. */
const shortestRun = 8;

const implicitComment = 'implicit';

/**
Makes the chains that do to packets what `verdict` says, with a counter for each entry and one for the implicit deny at the end.
Whatever matches ends the evaluation. Every name begins with `name`. Fragments other than the first have a chain of their own
if the list treats them differently.

`verdicts`: what nft is to do instead of accepting and dropping, where a list does not say what passes.

What can match nothing has no counter: an entry such as `gt 65535`, or one that another makes dead by asking for the same.
Nothing of the list's text gets here, only its numbers. Throws RangeError if the list holds what no parser made.
*/
export function compileAcl(acl: Acl, name: string, verdicts: Verdicts = passOrNot): CompiledAcl {
  const {entries, family} = acl;
  const compiled: CompiledAcl = {chain: name, chains: [], maps: []};
  const whole: Step[] = [];
  const ofFragments: Step[] = [];
  let isDifferent = false;
  for (const ace of entries) {
    const {network, transport} = conditionsOf(ace, family);
    const asksMore = looksAtTransport(ace);
    isDifferent ||= asksMore || ace.fragments === true;
    if (network === 'never') continue;
    const asked = askedBy(network, nothing);
    if (transport !== 'never' && !ace.fragments) whole.push(stepOf(ace, askedBy(transport, asked), verdicts));
    if (ace.action === 'permit' || !asksMore) ofFragments.push(stepOf(ace, asked, verdicts));
  }
  if (isDifferent)
    addChain(compiled, {name: `${name}_fragments`, steps: ofFragments, before: [], after: [], end: verdicts.deny});
  addChain(compiled, {
    name,
    steps: whole,
    before: isDifferent ? [`${isFragment[family]} goto ${name}_fragments`] : [],
    after:
      family === 'ipv6' && acl.permitsNeighbourDiscovery !== false
        ? [`icmpv6 type { ${neighbourDiscoveryTypes.join(', ')} } accept`]
        : [],
    end: verdicts.deny,
  });
  return compiled;
}

/**
The line of the entry to which a rule or an element belongs, by its comment, or null for the implicit deny. `undefined`: the
comment is none of ours.
*/
export function readComment(comment: string): number | null | undefined {
  if (comment === implicitComment) return null;
  const [, line] = /^line (\d+)$/.exec(comment) ?? [];
  return line === undefined ? undefined : Number(line);
}

const isFragment = {ipv4: 'ip frag-off & 0x1fff != 0', ipv6: 'frag frag-off != 0'};

/** What a row of conditions comes to. */
interface Asked {
  /** All of them, as in a rule. */
  text: string;
  /** The fields of which they want one value each, as digits: the place in `keyFields`, and 1. */
  shape: number;
  /** The values of those. */
  values: string;
  /** Whether they want nothing else. */
  isKey: boolean;
}

/** An entry on its way to become a rule or an element. */
interface Step extends Asked {
  line: number;
  verdict: string;
}

/** Verdicts of nft. */
export type Verdicts = Record<Ace['action'], string>;

const passOrNot: Verdicts = {permit: 'accept', deny: 'drop'};

const nothing: Asked = {text: '', shape: 0, values: '', isKey: true};
const shapeBase = 8;

function askedBy(conditions: Condition[], before: Asked): Asked {
  let {text, shape, values, isKey} = before;
  for (const {text: own, key} of conditions) {
    text = text === '' ? own : `${text} ${own}`;
    if (key === undefined) {
      isKey = false;
      continue;
    }
    shape = shape * shapeBase + keyFields.indexOf(key.field) + 1;
    values = values === '' ? key.value : `${values} . ${key.value}`;
  }
  return {text, shape, values, isKey};
}

/** Of a shape, what nft calls its fields, and their types. */
function keyOf(shape: number): {fields: string; type: string} {
  const fields: KeyField[] = [];
  for (let rest = shape; rest > 0; rest = Math.floor(rest / shapeBase)) {
    const field = keyFields[(rest % shapeBase) - 1];
    if (field) fields.unshift(field);
  }
  return {fields: fields.join(' . '), type: fields.map(field => keyTypes[field]).join(' . ')};
}

const keyTypes: Record<KeyField, string> = {
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'ip6 saddr': 'ipv6_addr',
  'ip6 daddr': 'ipv6_addr',
  'meta l4proto': 'inet_proto',
  'th sport': 'inet_service',
  'th dport': 'inet_service',
};

function stepOf({line, action}: Ace, {text, shape, values, isKey}: Asked, verdicts: Verdicts): Step {
  return {line, verdict: verdicts[action], text, shape, values, isKey: isKey && shape > 0};
}

function addChain(
  compiled: CompiledAcl,
  {name, steps, before, after, end}: {name: string; steps: Step[]; before: string[]; after: string[]; end: string},
): void {
  const rules: string[] = [];
  for (const run of runsOf(living(steps))) {
    const [first] = run;
    if (run.length < shortestRun || !first?.isKey) {
      for (const step of run) rules.push(ruleOf(step));
      continue;
    }
    const {fields, type} = keyOf(first.shape);
    const map = `${name}_map_${compiled.maps.length + 1}`;
    compiled.maps.push({name: map, type, elements: run.map(elementOf)});
    rules.push(`${fields} vmap @${map}`);
  }
  compiled.chains.push({name, rules: [...before, ...rules, ...after, `counter ${end} comment "${implicitComment}"`]});
}

/** Those before which no step asks for the same, or for nothing at all. */
function living(steps: Step[]): Step[] {
  const texts = new Set<string>();
  const keys = new Map<number, Set<string>>();
  const alive: Step[] = [];
  for (const step of steps) {
    const {text, shape, values, isKey} = step;
    const seen = isKey ? (keys.get(shape) ?? new Set()) : texts;
    if (isKey) keys.set(shape, seen);
    const count = seen.size;
    seen.add(isKey ? values : text);
    if (seen.size > count) alive.push(step);
    if (text === '') break;
  }
  return alive;
}

/** Puts steps together that follow each other and are of the same fields. Their order does not matter: at most one can match. */
function runsOf(steps: Step[]): Step[][] {
  const runs: Step[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (run && step.isKey && first?.isKey && first.shape === step.shape) run.push(step);
    else runs.push([step]);
  }
  return runs;
}

function ruleOf({text, verdict, line}: Step): string {
  return `${text} counter ${verdict} comment "line ${line}"`.trimStart();
}

function elementOf({values, verdict, line}: Step): string {
  return `${values} comment "line ${line}" : ${verdict}`;
}
