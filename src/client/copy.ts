/** A deep copy of plain JSON, to be changed freely; several times faster than structuredClone. */
export function copyObject<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyObject) as T;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [field, part] of Object.entries(value)) copy[field] = copyObject(part);
  return copy as T;
}
