import {nearestName} from '#protocol/dacl/keyword.ts';

/** What to say to somebody whose word is not among `names`: the one that was meant, in all likelihood, or else all of them. */
export function meantInstead(word: string, names: readonly string[]): string {
  const nearest = nearestName(word, names);
  return nearest === undefined ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`;
}
