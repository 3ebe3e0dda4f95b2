import type { RequestHead } from './upstream.js';

export interface ParsedRequest extends RequestHead {
  readonly line: string;
  /** `Name: value` */
  readonly fields: readonly string[];
  /** Where its body begins. */
  readonly start: number;
}

export interface WholeRequest extends ParsedRequest {
  readonly body: string;
  readonly length: number;
}

/** The head of the request that a text begins with; undefined while it is not complete. */
export function takeHead(text: string): ParsedRequest | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const header = (name: string): string | undefined => {
    const field = fields.find((one) => one.slice(0, one.indexOf(':')).toLowerCase() === name);
    return field?.slice(field.indexOf(':') + 1).trim();
  };
  return { line, method, path, fields, header, start: end + 4 };
}

export function takeRequest(text: string): WholeRequest | undefined {
  const head = takeHead(text);
  if (head === undefined) return undefined;
  if (head.header('transfer-encoding') !== undefined) return chunkedRequest(text, head);
  const end = head.start + Number(head.header('content-length') ?? 0);
  return text.length < end ? undefined : { ...head, body: text.slice(head.start, end), length: end };
}

function chunkedRequest(text: string, head: ParsedRequest): WholeRequest | undefined {
  let body = '';
  for (let at = head.start; ; ) {
    const end = text.indexOf('\r\n', at);
    if (end === -1) return undefined;
    const size = Number.parseInt(text.slice(at, end), 16);
    if (size === 0) return lastChunk(text, end + 2, { ...head, body, length: 0 });
    if (text.length < end + size + 4) return undefined;
    body += text.slice(end + 2, end + 2 + size);
    at = end + size + 4;
  }
}

/** Trailers are shown as fields of the request, after a mark. */
function lastChunk(text: string, start: number, request: WholeRequest): WholeRequest | undefined {
  if (text.startsWith('\r\n', start)) return { ...request, length: start + 2 };
  const end = text.indexOf('\r\n\r\n', start);
  if (end === -1) return undefined;
  const trailers = text
    .slice(start, end)
    .split('\r\n')
    .map((field) => `trailer ${field}`);
  return { ...request, fields: [...request.fields, ...trailers], length: end + 4 };
}
