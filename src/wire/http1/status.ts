import { STATUS_CODES } from 'node:http';

const LINES = new Map<number, string>();

/** The reason phrase that goes with a status; `Unknown` for codes that have none, as Envoy writes it. */
export function reasonOf(status: number): string {
  return status === 103 ? 'Unknown' : (STATUS_CODES[status] ?? 'Unknown');
}

/** `HTTP/1.1 200 OK\r\n` */
export function statusLine(status: number): string {
  let line = LINES.get(status);
  if (line === undefined) {
    line = `HTTP/1.1 ${status} ${reasonOf(status)}\r\n`;
    LINES.set(status, line);
  }
  return line;
}
