import type { LogicalProxy } from '../logical-proxy.js';
import type { AdminOptions } from './admin-options.js';

/** What one admin request gets. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What a handler works with. */
export interface AdminCall {
  readonly proxy: LogicalProxy;
  readonly options: AdminOptions;
  readonly query: URLSearchParams;
}

/** One parameter, as the help names it. */
export interface AdminParameter {
  readonly name: string;
  readonly help: string;
  /** The values that it may have. */
  readonly values?: readonly string[];
}

/** One path of the admin interface. */
export interface AdminHandler {
  readonly path: string;
  readonly help: string;
  /** It changes something, and so needs POST. */
  readonly mutates: boolean;
  readonly parameters?: readonly AdminParameter[];
  handle(call: AdminCall): Page;
}

export function text(body: string, status = 200): Page {
  return { status, type: 'text/plain; charset=UTF-8', body };
}

/** Envoy indents by one blank. */
export function json(value: unknown): Page {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value, undefined, 1)}\n` };
}

/** A handler that can only say that there is no such thing here. */
export function absent(path: string, help: string, reason: string, mutates = false): AdminHandler {
  return { path, help, mutates, handle: () => text(reason, 501) };
}
