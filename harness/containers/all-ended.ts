/** `Promise.all` that waits for every part to end also when one fails, so that nothing is still made while the rest is undone. */
export async function allEnded<Parts extends readonly unknown[] | []>(
  parts: Parts,
): Promise<{-readonly [Index in keyof Parts]: Awaited<Parts[Index]>}> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
