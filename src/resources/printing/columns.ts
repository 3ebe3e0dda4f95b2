import type { PrinterColumn } from '../kind.js';
import type { KubeObject } from '../object.js';
import { ageSince } from './duration.js';

type Cell = string | number | boolean | null;

/** A column of text computed from an object of one kind. */
export function column<T extends KubeObject>(
  name: string,
  value: (object: T, now_ms: number) => Cell,
  options: { type?: PrinterColumn['type']; wide?: boolean; format?: string } = {},
): PrinterColumn {
  return {
    name,
    type: options.type ?? 'string',
    ...(options.format !== undefined && { format: options.format }),
    priority: options.wide ? 1 : 0,
    value: (object, now_ms) => value(object as T, now_ms),
  };
}

/** For kinds that don't show their age: who places the name says all columns. */
export const NAME_COLUMN: PrinterColumn = column('Name', ({ metadata }) => metadata.name, { format: 'name' });

/** For kinds whose Age is not the last column. */
export const AGE_COLUMN: PrinterColumn = column('Age', (object, now_ms) =>
  ageSince(object.metadata.creationTimestamp, now_ms),
);

/** `a,b`, or kubectl's placeholder for nothing. */
export function listed(values: readonly string[]): string {
  return values.length === 0 ? '<none>' : values.join(',');
}
