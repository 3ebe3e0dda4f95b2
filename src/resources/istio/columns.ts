import type { PrinterColumn } from '../kind.js';
import type { KubeObject } from '../object.js';

/** A column that shows a field of the spec as kubectl shows a JSON path: lists as JSON. */
export function specColumn(name: string, field: string, description: string): PrinterColumn {
  return {
    name,
    type: 'string',
    description,
    value: (object: KubeObject) => show((object['spec'] as Record<string, unknown> | undefined)?.[field]),
  };
}

function show(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
