/** A copy of plain data as JSON would bring it across a wire: no field that is undefined, nothing shared. Faster than JSON. */
export function plainCopy(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null; // -0 comes as 0
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (Array.isArray(value)) return value.map(plainCopy);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field: unknown = value[name as keyof typeof value];
    if (field === undefined) continue;
    if (name === '__proto__') Object.defineProperty(copy, name, {...ownField, value: plainCopy(field)});
    else copy[name] = plainCopy(field);
  }
  return copy;
}

const ownField = {enumerable: true, configurable: true, writable: true};
