import type { Writable } from 'node:stream';
import { stringify } from 'yaml';
import { spacedTable } from '../table.js';
import type { Summary } from './filters.js';

export const OUTPUTS = ['short', 'json', 'yaml'] as const;
export type Output = (typeof OUTPUTS)[number];

export function printSummary({ header, rows, messages, gap, none }: Summary, output: Output, stdout: Writable): void {
  if (output !== 'short') printJson(messages, output, stdout);
  else if (rows.length === 0 && none !== undefined) stdout.write(`${none}\n`);
  else stdout.write(spacedTable([header, ...rows], gap));
}

export function printJson(value: unknown, output: Output, stdout: Writable): void {
  stdout.write(output === 'yaml' ? stringify(value) : `${JSON.stringify(value, undefined, 4)}\n`);
}
