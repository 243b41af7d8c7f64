/** What a client's line asks for: to hold what has these labels, or to keep what it holds. */
export type ReaperRequest = {kind: 'hold'; labels: string[]} | {kind: 'keep'} | {kind: 'refused'; reason: string};

/**
Reads one line: `label=key=value[&label=…]`, URL-encoded, as Ryuk's clients send it, or `keep`, which is ours.
Anything that could match more than its sender owns is refused: a filter without labels matches every container there is.
*/
export function readRequest(line: string): ReaperRequest {
  if (line === 'keep') return {kind: 'keep'};
  const labels: string[] = [];
  for (const [name, value] of new URLSearchParams(line)) {
    if (name !== 'label')
      return {kind: 'refused', reason: `${name} is no filter that is understood here, only label is`};
    if (!/^[^=\s]+(=.*)?$/.test(value)) return {kind: 'refused', reason: `"${value}" is no label`};
    labels.push(value);
  }
  return labels.length === 0 ? {kind: 'refused', reason: 'there is no label in it'} : {kind: 'hold', labels};
}
