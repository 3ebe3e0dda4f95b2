import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ConfigError } from '../../errors.js';
import type { OperatorFactory } from '../operator.js';

/** What is about the process, or about nothing. */
export const PROCESS_OPERATORS: Readonly<Record<string, OperatorFactory>> = {
  HOSTNAME: () => {
    const name = hostname();
    return () => name;
  },
  ENVIRONMENT: (argument, path) => {
    if (!argument) throw new ConfigError(path, 'ENVIRONMENT needs a name');
    const value = process.env[argument] ?? '-';
    return () => value;
  },
  UNIQUE_ID: () => () => randomUUID(),
};
