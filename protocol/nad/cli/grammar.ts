import type {CliWorld, Command, Token} from '#protocol/nad/cli/command.ts';

/** A word of the line, and the column it starts in. */
export interface Word {
  text: string;
  column: number;
}

export type Match =
  | {kind: 'command'; command: Command; arguments: Record<string, string>}
  | {kind: 'incomplete'}
  | {kind: 'ambiguous'}
  /** `column`: of the first character that fits nothing. */
  | {kind: 'invalid'; column: number};

/** A command that fits the words read so far, and how much of its form they took. */
interface Candidate {
  command: Command;
  position: number;
  arguments: Record<string, string>;
}

type Walk = {ok: true; candidates: Candidate[]} | {ok: false; match: Exclude<Match, {kind: 'command'}>};

export function splitWords(line: string): Word[] {
  return [...line.matchAll(/\S+/g)].map(found => ({text: found[0], column: found.index}));
}

/** Finds the command that a line means: keywords may be shortened as long as one word only begins like that. */
export function matchCommand(words: readonly Word[], commands: readonly Command[], world: CliWorld): Match {
  const walk = walkWords(words, commands, world);
  if (!walk.ok) return walk.match;
  const complete = walk.candidates.find(({command, position}) => command.form.length === position);
  if (complete === undefined) return {kind: 'incomplete'};
  return {kind: 'command', command: complete.command, arguments: complete.arguments};
}

/** What can come after these words: the distinct next tokens, and whether the line could end here. */
export function continuations(
  words: readonly Word[],
  commands: readonly Command[],
  world: CliWorld,
): {ok: true; tokens: Token[]; ends: Command | undefined} | {ok: false; match: Exclude<Match, {kind: 'command'}>} {
  const walk = walkWords(words, commands, world);
  if (!walk.ok) return walk;
  const tokens = new Map<string, Token>();
  for (const {command, position} of walk.candidates) {
    const token = command.form[position];
    if (token) tokens.set(token.kind === 'keyword' ? token.word : token.label, token);
  }
  const ends = walk.candidates.find(({command, position}) => command.form.length === position)?.command;
  return {ok: true, tokens: [...tokens.values()].sort(byLabel), ends};
}

/** How a token is listed: keywords as they are, arguments in capitals. */
export function labelOf(token: Token): string {
  return token.kind === 'keyword' ? token.word : token.label;
}

function walkWords(words: readonly Word[], commands: readonly Command[], world: CliWorld): Walk {
  let candidates: Candidate[] = commands.map(command => ({command, position: 0, arguments: {}}));
  for (let index = 0; index < words.length; ) {
    const step = takeWord(words.slice(index), candidates, world);
    if (!step.ok) return step;
    candidates = step.candidates;
    index += step.used;
  }
  return {ok: true, candidates};
}

function takeWord(
  words: readonly Word[],
  candidates: readonly Candidate[],
  world: CliWorld,
): {ok: true; candidates: Candidate[]; used: number} | Extract<Walk, {ok: false}> {
  const [word = {text: '', column: 0}] = words;
  const typed = word.text.toLowerCase();
  const keywords = new Set<string>();
  for (const candidate of candidates) {
    const token = nextToken(candidate);
    if (token?.kind === 'keyword' && token.word.startsWith(typed)) keywords.add(token.word);
  }
  const meant = keywords.has(typed) ? typed : [...keywords][0];
  if (keywords.size > 1 && !keywords.has(typed)) return {ok: false, match: {kind: 'ambiguous'}};
  if (meant !== undefined) {
    const fitting = candidates.filter(candidate => {
      const token = nextToken(candidate);
      return token?.kind === 'keyword' && token.word === meant;
    });
    return {
      ok: true,
      candidates: fitting.map(candidate => ({...candidate, position: candidate.position + 1})),
      used: 1,
    };
  }
  return takeArgument(words, candidates, world);
}

function takeArgument(
  words: readonly Word[],
  candidates: readonly Candidate[],
  world: CliWorld,
): {ok: true; candidates: Candidate[]; used: number} | Extract<Walk, {ok: false}> {
  const token = candidates.map(nextToken).find(next => next?.kind === 'argument');
  const [word = {text: '', column: 0}] = words;
  if (token?.kind !== 'argument') {
    return {ok: false, match: {kind: 'invalid', column: word.column + agreement(word.text, candidates)}};
  }
  const read = token.read(
    words.map(({text}) => text),
    world,
  );
  if (!read.ok) {
    const bad = words[read.badWord] ?? word;
    return {ok: false, match: {kind: 'invalid', column: bad.column + read.badAt}};
  }
  const fitting = candidates.filter(candidate => nextToken(candidate) === token);
  return {
    ok: true,
    used: read.used,
    candidates: fitting.map(candidate => ({
      ...candidate,
      position: candidate.position + 1,
      arguments: {...candidate.arguments, [token.name]: read.value},
    })),
  };
}

/** How many characters of a word some keyword agrees with; IOS puts its caret under the first that none does (after recall). */
function agreement(text: string, candidates: readonly Candidate[]): number {
  const typed = text.toLowerCase();
  const lengths = candidates.map(candidate => {
    const token = nextToken(candidate);
    if (token?.kind !== 'keyword') return 0;
    let length = 0;
    while (length < typed.length && typed[length] === token.word[length]) length += 1;
    return length;
  });
  return Math.min(Math.max(0, ...lengths), Math.max(0, text.length - 1));
}

function nextToken({command, position}: Candidate): Token | undefined {
  return command.form[position];
}

function byLabel(a: Token, b: Token): number {
  return labelOf(a) < labelOf(b) ? -1 : 1;
}
