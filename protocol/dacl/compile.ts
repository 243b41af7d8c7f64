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
  maps: {name: string; keys: KeyField[]; type: string; elements: string[]}[];
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
    if (transport !== 'never' && !ace.fragments) whole.push(stepOf(ace, [...network, ...transport], verdicts));
    if (ace.action === 'permit' || !asksMore) ofFragments.push(stepOf(ace, network, verdicts));
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

/** An entry on its way to become a rule or an element. */
interface Step {
  line: number;
  verdict: string;
  conditions: Condition[];
  /** What each condition wants one value of, as digits: the place in `keyFields`, and 1. 0: some want something else. */
  shape: number;
}

const shapeBase = 8;

function stepOf({line, action}: Ace, conditions: Condition[], verdicts: Verdicts): Step {
  let shape = 0;
  for (const {key} of conditions) {
    if (key === undefined) return {line, verdict: verdicts[action], conditions, shape: 0};
    shape = shape * shapeBase + keyFields.indexOf(key) + 1;
  }
  return {line, verdict: verdicts[action], conditions, shape};
}

/** Verdicts of nft. */
export type Verdicts = Record<Ace['action'], string>;

const passOrNot: Verdicts = {permit: 'accept', deny: 'drop'};

const keyTypes: Record<KeyField, string> = {
  'ip saddr': 'ipv4_addr',
  'ip daddr': 'ipv4_addr',
  'ip6 saddr': 'ipv6_addr',
  'ip6 daddr': 'ipv6_addr',
  'meta l4proto': 'inet_proto',
  'th sport': 'inet_service',
  'th dport': 'inet_service',
};

function addChain(
  compiled: CompiledAcl,
  {name, steps, before, after, end}: {name: string; steps: Step[]; before: string[]; after: string[]; end: string},
): void {
  const rules: string[] = [];
  for (const run of runsOf(living(steps))) {
    if (run.length < shortestRun) rules.push(...run.map(ruleOf));
    else rules.push(lookUp(compiled, run, `${name}_map_${compiled.maps.length + 1}`));
  }
  compiled.chains.push({name, rules: [...before, ...rules, ...after, `counter ${end} comment "${implicitComment}"`]});
}

/** Those before which no step asks for the same, or for nothing at all. */
function living(steps: Step[]): Step[] {
  const asked = new Map<number, Map<string, Step | Set<string>>>();
  const alive: Step[] = [];
  for (const step of steps) {
    const ofShape = asked.get(step.shape) ?? new Map<string, Step | Set<string>>();
    asked.set(step.shape, ofShape);
    if (isNew(step, ofShape)) alive.push(step);
    if (step.conditions.length === 0) break;
  }
  return alive;
}

/** Steps of a shape by their first value, and only those that share it by all of them: most lists are of different hosts. */
function isNew(step: Step, asked: Map<string, Step | Set<string>>): boolean {
  const first = step.shape === 0 ? textOf(step.conditions) : (step.conditions[0]?.value ?? '');
  const known = asked.get(first);
  if (known === undefined) {
    asked.set(first, step);
    return true;
  }
  const texts = known instanceof Set ? known : new Set([valuesOf(known.conditions)]);
  const count = texts.size;
  asked.set(first, texts.add(valuesOf(step.conditions)));
  return texts.size > count;
}

/** Puts steps together that follow each other and are of the same fields. Their order does not matter: at most one can match. */
function runsOf(steps: Step[]): Step[][] {
  const runs: Step[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run && step.shape > 0 && run[0]?.shape === step.shape) run.push(step);
    else runs.push([step]);
  }
  return runs;
}

/**
The rule in place of a run of steps, and the map that it looks up. What all of them ask for is asked for by the rule alone, which
makes the map smaller, and nft faster.
*/
function lookUp({maps}: CompiledAcl, run: Step[], name: string): string {
  const first = run[0]?.conditions ?? [];
  const isKey = first.map((condition, at) => run.some(({conditions}) => isOther(conditions[at], condition)));
  const common = first.flatMap(({key = '', value}, at) => (isKey[at] ? [] : {what: key, value}));
  const keys = first.flatMap(({key}, at) => (isKey[at] ? (key ?? []) : []));
  const elements = run.map(
    ({line, verdict, conditions}) => `${valuesOf(conditions, isKey)} comment "line ${line}" : ${verdict}`,
  );
  maps.push({name, keys, type: keys.map(key => keyTypes[key]).join(' . '), elements});
  return `${textOf(common)} ${keys.join(' . ')} vmap @${name}`.trimStart();
}

function isOther(a: Condition | undefined, b: Condition): boolean {
  return a !== b && a?.value !== b.value;
}

function ruleOf({conditions, verdict, line}: Step): string {
  return `${textOf(conditions)} counter ${verdict} comment "line ${line}"`.trimStart();
}

function textOf(conditions: readonly Condition[]): string {
  return conditions.map(({what, value}) => `${what} ${value}`).join(' ');
}

/** As in an element of a map. `isKey`: which of them; left out: all. */
function valuesOf(conditions: readonly Condition[], isKey?: readonly boolean[]): string {
  let text = '';
  for (let at = 0; at < conditions.length; at += 1) {
    if (isKey?.[at] === false) continue;
    const value = conditions[at]?.value ?? '';
    text = text === '' ? value : `${text} . ${value}`;
  }
  return text;
}
