import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WriteOptions } from '../api-context.js';
import type { AuditTrail } from '../audit/audit.js';
import { invalidOptions } from '../status-error.js';
import type { User } from './authentication.js';
import type { Body } from './body.js';
import { boolean, given, text } from './query.js';

/** One authenticated request. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly user: User | undefined;
  /** Texts for the answer's Warning headers. */
  readonly warnings: string[];
  /** Absent: nothing is recorded. */
  readonly trail?: AuditTrail;
}

const FIELD_VALIDATIONS: ReadonlySet<string> = new Set(['Strict', 'Warn', 'Ignore']);
const MANAGER_CHARS_MAX = 128;

/** Query parameters that all writes have. Throws Invalid. */
export function writeOptions({ query, request, warnings }: Call, body?: Body): WriteOptions {
  const fieldValidation = text(query, 'fieldValidation') ?? 'Warn';
  if (!FIELD_VALIDATIONS.has(fieldValidation)) {
    const message = `Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`;
    throw invalidOptions(optionsOf(request), 'fieldValidation', message);
  }
  return {
    ...given({ fieldManager: text(query, 'fieldManager') ?? managerOf(request.headers['user-agent']) }),
    dryRun: isDryRun(query, optionsOf(request)),
    fieldValidation: fieldValidation as 'Strict' | 'Warn' | 'Ignore',
    ...(body && { duplicateFields: body.duplicateFields }),
    warn: (warning) => warnings.push(warning),
  };
}

/** The kind that Kubernetes counts the parameters of a write as. */
function optionsOf({ method = '' }: IncomingMessage): string {
  return OPTIONS[method] ?? 'PatchOptions';
}

const OPTIONS: Readonly<Record<string, string>> = { POST: 'CreateOptions', PUT: 'UpdateOptions' };

/** @param options the kind that an error names */
export function isDryRun(query: URLSearchParams, options: string): boolean {
  const dryRun = text(query, 'dryRun');
  if (dryRun !== undefined && dryRun !== 'All') {
    throw invalidOptions(options, 'dryRun', `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`);
  }
  return dryRun === 'All';
}

/** As Kubernetes: the program's name. */
function managerOf(userAgent: string | undefined): string | undefined {
  return userAgent?.split('/')[0]?.slice(0, MANAGER_CHARS_MAX);
}

export function isForced({ query }: Call): boolean {
  return boolean(query, 'force');
}
