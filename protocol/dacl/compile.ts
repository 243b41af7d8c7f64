import type {Ace, Acl} from '#protocol/dacl/acl.ts';
import {type Condition, conditionsOf} from '#protocol/dacl/compile-ace.ts';
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

What can match nothing has no counter: an entry such as `gt 65535`, or one that another makes dead by asking for the same.
Nothing of the list's text gets here, only its numbers. Throws RangeError if the list holds what no parser made.
*/
export function compileAcl(acl: Acl, name: string): CompiledAcl {
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
    if (transport !== 'never' && !ace.fragments) whole.push(stepOf(ace, [...network, ...transport]));
    if (ace.action === 'permit' || !asksMore) ofFragments.push(stepOf(ace, network));
  }
  if (isDifferent) addChain(compiled, {name: `${name}_fragments`, steps: ofFragments, before: [], after: []});
  addChain(compiled, {
    name,
    steps: whole,
    before: isDifferent ? [`${isFragment[family]} goto ${name}_fragments`] : [],
    after:
      family === 'ipv6' && acl.permitsNeighbourDiscovery !== false
        ? [`icmpv6 type { ${neighbourDiscoveryTypes.join(', ')} } accept`]
        : [],
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
  verdict: 'accept' | 'drop';
  conditions: Condition[];
  /** All conditions, as in a rule. */
  text: string;
  /** The fields it asks for one value each; empty: it asks for something else, or for nothing. */
  shape: string;
}

function stepOf({line, action}: Ace, conditions: Condition[]): Step {
  let text = '';
  let shape = '';
  let isKey = true;
  for (const condition of conditions) {
    const separator = text === '' ? '' : ' ';
    text += separator + condition.text;
    if (condition.key) shape += `${shape === '' ? '' : ' . '}${condition.key.field}`;
    else isKey = false;
  }
  return {line, verdict: action === 'permit' ? 'accept' : 'drop', conditions, text, shape: isKey ? shape : ''};
}

function addChain(
  compiled: CompiledAcl,
  {name, steps, before, after}: {name: string; steps: Step[]; before: string[]; after: string[]},
): void {
  const rules: string[] = [];
  const seen = new Set<string>();
  for (const run of runsOf(steps.filter(step => isAlive(step, seen)))) {
    const [first] = run;
    if (run.length < shortestRun || first === undefined || first.shape === '') {
      rules.push(...run.map(ruleOf));
      continue;
    }
    const map = `${name}_map_${compiled.maps.length + 1}`;
    compiled.maps.push({
      name: map,
      type: first.conditions.map(({key}) => key?.type).join(' . '),
      elements: run.map(elementOf),
    });
    rules.push(`${first.shape} vmap @${map}`);
  }
  compiled.chains.push({name, rules: [...before, ...rules, ...after, `counter drop comment "${implicitComment}"`]});
}

/** Whether no step before asks for the same, or for nothing at all. */
function isAlive({text}: Step, seen: Set<string>): boolean {
  if (seen.has(text) || seen.has('')) return false;
  seen.add(text);
  return true;
}

/** Puts steps together that follow each other and are of one shape. Their order does not matter: at most one can match. */
function runsOf(steps: Step[]): Step[][] {
  const runs: Step[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    if (run && step.shape !== '' && run[0]?.shape === step.shape) run.push(step);
    else runs.push([step]);
  }
  return runs;
}

function ruleOf({text, verdict, line}: Step): string {
  return `${text} counter ${verdict} comment "line ${line}"`.trimStart();
}

function elementOf({conditions, verdict, line}: Step): string {
  let key = '';
  for (const condition of conditions) key += `${key === '' ? '' : ' . '}${condition.key?.value}`;
  return `${key} comment "line ${line}" : ${verdict}`;
}
