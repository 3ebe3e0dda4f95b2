/** The first line of HTTP/2's preface; a request line that no HTTP/1 client sends (RFC 9113 §3.4). */
const LINE = 'PRI * HTTP/2.0\r\n';
const FIRST_BYTE = LINE.charCodeAt(0);

/** Whether a client of whom HTTP/1 was expected speaks HTTP/2. */
export function beginsAsHttp2(buf: Buffer, start: number, end: number): boolean {
  if (buf[start] !== FIRST_BYTE || end - start < LINE.length) return false;
  return buf.toString('latin1', start, start + LINE.length) === LINE;
}
