import type { ServerResponse } from 'node:http';
import { internalError, type Status, StatusError } from '../status-error.js';

/** Longest text of one Warning header; the rest is cut, as a header has its limits. */
const WARNING_CHARS_MAX = 256;
const WARNINGS_MAX = 20;

export function sendJson(response: ServerResponse, code: number, body: unknown, type = 'application/json'): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-cache, private');
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** The failure as its Status; what was not raised on purpose is an internal error. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  return internalError(error instanceof Error ? error.message : String(error)).status;
}

export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = statusOf(error);
  if (status.code === 401) response.setHeader('www-authenticate', 'Bearer');
  if (status.details?.retryAfterSeconds !== undefined) {
    response.setHeader('retry-after', String(status.details.retryAfterSeconds));
  }
  sendJson(response, status.code ?? 500, status);
}

/** `299 - "unknown field …"`: kubectl prints it. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  const values = warnings.slice(0, WARNINGS_MAX).map((text) => {
    const printable = text.slice(0, WARNING_CHARS_MAX).replace(/[^\x20-\x7e]/g, ' ');
    return `299 - ${JSON.stringify(printable)}`;
  });
  response.setHeader('warning', values);
}
