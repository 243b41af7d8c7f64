import {allEnded} from '#harness/containers/all-ended.ts';

/**
Does something for each item, so many at a time: a machine that starts hundreds of processes at once does nothing else for minutes.
Results are in the items' order. After a failure nothing more is begun; rejects when all that was begun has ended.
*/
export async function fewAtATime<Item, Result>(
  limit: number,
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = [...items.entries()].reverse();
  const worker = async () => {
    for (let next = rest.pop(); next; next = rest.pop()) {
      const [place, item] = next;
      results[place] = await act(item).catch(error => {
        rest.length = 0;
        throw error;
      });
    }
  };
  await allEnded(Array.from({length: Math.min(limit, items.length)}, worker));
  return results;
}
