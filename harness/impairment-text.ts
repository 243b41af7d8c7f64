/** Impairments in the words of the command line: `--delay 50ms --loss 1% --rate 1mbit`, and `--set links.psn1.loss=1%`. */
import {type DeclaredImpairment, ImpairmentError} from '#harness/declared-impairment.ts';

type Read = (said: string, text: string) => DeclaredImpairment;

/** By what each is called. */
export const impairmentWords: Record<string, Read> = {
  delay: (said, text) => ({delayMs: readSpanMs(said, text)}),
  jitter: (said, text) => ({jitterMs: readSpanMs(said, text)}),
  loss: (said, text) => ({loss: readShare(said, text)}),
  duplicate: (said, text) => ({duplication: readShare(said, text)}),
  reorder: (said, text) => ({reordering: readShare(said, text)}),
  rate: (said, text) => ({rateBitS: readRate(said, text)}),
  cut: (said, text) => ({cut: readBoolean(said, text)}),
};

/** `said`: how it was said, for the error. Throws `ImpairmentError`. */
export function readImpairmentWord(word: string, said: string, text: string): DeclaredImpairment {
  const read = Object.hasOwn(impairmentWords, word) ? impairmentWords[word] : undefined;
  if (read !== undefined) return read(said, text);
  throw new ImpairmentError(
    `${said}: a link has no ${JSON.stringify(word)}; it has ${Object.keys(impairmentWords).join(', ')}`,
  );
}

function readSpanMs(said: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text) ?? [];
  if (number === undefined) throw new ImpairmentError(`${said}: expected a span of lab time such as 50ms or 1.5s`);
  return (Number(number) * ({us: 1, ms: 1000, s: 1_000_000}[unit] ?? 1)) / 1000;
}

function readShare(said: string, text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (number === undefined || Number(number) > 100)
    throw new ImpairmentError(`${said}: expected a share of the frames such as 1% or 0.5%, at most 100%`);
  return Number(number) / 100;
}

/** As tc writes rates: decimal multiples of a bit a second. */
function readRate(said: string, text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(k|m|g)bit$/.exec(text) ?? [];
  if (number === undefined || Number(number) === 0)
    throw new ImpairmentError(`${said}: expected a rate such as 64kbit, 1mbit or 1gbit`);
  return Math.round(Number(number) * ({k: 1e3, m: 1e6, g: 1e9}[unit] ?? 1));
}

function readBoolean(said: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new ImpairmentError(`${said}: expected true or false`);
  return text === 'true';
}
