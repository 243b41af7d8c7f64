/** A copy of plain data as JSON would bring it across a wire: no field that is undefined, nothing shared. Faster than JSON. */
export function plainCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainCopy);
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null; // -0 comes as 0
  if (typeof value !== 'object' || value === null) return value ?? null;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([name, field]) => [name, plainCopy(field)]));
}
