const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}transfer-encoding: chunked\r\n`;

/** What an upstream answers to a GET. */
export interface UpstreamAnswer {
  readonly bytes: string;
  /** It closes the connection then. */
  readonly closes?: boolean;
}

const answer = (bytes: string): UpstreamAnswer => ({ bytes });
const last = (bytes: string): UpstreamAnswer => ({ bytes, closes: true });

export const RESPONSES: Readonly<Record<string, UpstreamAnswer>> = {
  plain: answer(`${OK}content-length: 3\r\n\r\nabc`),
  'chunked answer': answer(`${CHUNKED}\r\n3\r\nabc\r\n0\r\n\r\n`),
  'ends with the connection': last(`${OK}\r\nabc`),
  'ends with the connection, HTTP/1.0': last('HTTP/1.0 200 OK\r\n\r\nabc'),
  'keep-alive of HTTP/1.0': answer('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc'),
  'no body: 204': answer('HTTP/1.1 204 No Content\r\n\r\n'),
  'no body: 304 with a length': answer('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'),
  '204 with a length of 0': answer('HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'),
  '100 before the answer': answer(`HTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 0\r\n\r\n`),
  '102 before the answer': answer(`HTTP/1.1 102 Processing\r\n\r\n${OK}content-length: 0\r\n\r\n`),
  '103 before the answer': answer(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 0\r\n\r\n`),
  '101 that nobody asked for': answer('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'no reason': answer('HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'),
  'empty reason': answer('HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n'),
  'unknown status': answer('HTTP/1.1 299 What\r\ncontent-length: 0\r\n\r\n'),
  'status 600': answer('HTTP/1.1 600 What\r\ncontent-length: 0\r\n\r\n'),
  'status 99': answer('HTTP/1.1 99 What\r\ncontent-length: 0\r\n\r\n'),
  'status that is no number': answer('HTTP/1.1 abc What\r\ncontent-length: 0\r\n\r\n'),
  'not HTTP': answer('hello\r\n\r\n'),
  nothing: last(''),
  'half a status line': last('HTTP/1.1 2'),
  'half a head': last(`${OK}content-le`),
  'half a body': last(`${OK}content-length: 5\r\n\r\nabc`),
  'half a chunk': last(`${CHUNKED}\r\n5\r\nabc`),
  'no last chunk': last(`${CHUNKED}\r\n3\r\nabc\r\n`),
  'length and chunked': answer(`${CHUNKED}content-length: 3\r\n\r\n0\r\n\r\n`),
  'two lengths': answer(`${OK}content-length: 3\r\ncontent-length: 5\r\n\r\nabc`),
  'two equal lengths': answer(`${OK}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`),
  'length that is no number': answer(`${OK}content-length: x\r\n\r\nabc`),
  'more than the length': answer(`${OK}content-length: 3\r\n\r\nabcdef`),
  'unknown transfer coding': answer(`${OK}transfer-encoding: gzip\r\n\r\nabc`),
  'chunk size that is no number': answer(`${CHUNKED}\r\nxyz\r\nabc\r\n0\r\n\r\n`),
  trailer: answer(`${CHUNKED}\r\n3\r\nabc\r\n0\r\nx-trailer: 1\r\n\r\n`),
  'NUL in a value': answer(`${OK}a: \0\r\ncontent-length: 0\r\n\r\n`),
  'blank before the colon': answer(`${OK}a : 1\r\ncontent-length: 0\r\n\r\n`),
  'empty value': answer(`${OK}a:\r\ncontent-length: 0\r\n\r\n`),
  'bytes above 127 in a value': answer(`${OK}a: \xe4\r\ncontent-length: 0\r\n\r\n`),
  'folded value': answer(`${OK}a: 1\r\n 2\r\ncontent-length: 0\r\n\r\n`),
  'name in capitals': answer(`${OK}X-Name: Value\r\nContent-Length: 0\r\n\r\n`),
  'several of one name': answer(`${OK}set-cookie: a=1\r\nset-cookie: b=2\r\ncontent-length: 0\r\n\r\n`),
  'hop headers': answer(`${OK}connection: x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\ncontent-length: 0\r\n\r\n`),
  'connection: close': last(`${OK}connection: close\r\ncontent-length: 3\r\n\r\nabc`),
  'fields that the proxy adds': answer(
    `${OK}server: mine\r\nx-envoy-upstream-service-time: 7\r\ncontent-length: 0\r\n\r\n`,
  ),
  'fields of 50 KiB': answer(`${OK}a: ${'x'.repeat(50 * 1024)}\r\ncontent-length: 0\r\n\r\n`),
  'fields of 70 KiB': answer(`${OK}a: ${'x'.repeat(70 * 1024)}\r\ncontent-length: 0\r\n\r\n`),
  '101 fields': answer(`${OK}${'x: 1\r\n'.repeat(100)}content-length: 0\r\n\r\n`),
};

const LATER = 'Envoy gives the client a second (delayed_close_timeout) before it closes, this proxy closes at once';

/** Name -> why this proxy answers otherwise than Envoy. A difference that goes away must be taken out. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  'half a body': LATER,
  'half a chunk': LATER,
  'no last chunk': LATER,
  'chunk size that is no number': 'nothing was sent yet, so nothing is; Envoy has sent the head',
  '101 that nobody asked for': 'RFC 9110, section 15.2.2, allows it only where a protocol was asked for',
  'status 99': 'a status has three digits, RFC 9112, section 4; Envoy passes it on',
  'folded value': 'RFC 9112, section 5.2, leaves the choice between refusing and unfolding',
  'fields of 70 KiB': 'the limit is 60 KiB here, as for requests; Envoy has 80 KiB for answers',
};
