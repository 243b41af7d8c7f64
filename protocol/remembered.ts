const limit = 1000;

/** A pure function whose results are kept, a thousand at most, by `keyOf` what it is given: labs by the thousand ask for the same. */
export function remembered<Given extends unknown[], Result>(
  make: (...given: Given) => Result,
  keyOf: (...given: Given) => string,
): (...given: Given) => Result {
  const results = new Map<string, Result>();
  return (...given) => {
    const key = keyOf(...given);
    const known = results.get(key);
    if (known !== undefined) return known;
    if (results.size >= limit) results.clear();
    const result = make(...given);
    results.set(key, result);
    return result;
  };
}
