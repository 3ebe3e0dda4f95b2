/** HTTP/1 requests that mutations begin from. */
export const REQUESTS: readonly string[] = [
  'GET /path?q=1 HTTP/1.1\r\nHost: example\r\nX-Mixed:  padded \r\nEmpty:\r\n\r\n',
  'POST /p HTTP/1.1\r\nhost: example\r\ncontent-length: 5\r\n\r\nhello',
  'POST /p HTTP/1.1\r\nhost: example\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n',
  'POST /p HTTP/1.1\r\nhost: example\r\ntransfer-encoding: chunked\r\ntrailer: t\r\n\r\n0\r\nt: 1\r\n\r\n',
  'GET http://example/abs HTTP/1.1\r\nhost: example\r\nconnection: close, te\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: example\r\nexpect: 100-continue\r\n\r\n',
  'GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
  'GET /chat HTTP/1.1\r\nhost: example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
];

export const RESPONSES: readonly string[] = [
  'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nt: 1\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.0 404 Not Found\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody to the end',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
];

/** Where parsers of HTTP disagree. */
export const TRICKS: readonly string[] = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  '\x0b',
  ':',
  ';',
  ',',
  '0',
  '-1',
  '+1',
  '0x1',
  'ffffffffffffffff',
  '99999999999999999999',
  'content-length: 3\r\n',
  'content-length: 0\r\n',
  'transfer-encoding: chunked\r\n',
  'transfer-encoding: identity\r\n',
  'host: other\r\n',
  'connection: close\r\n',
  'HTTP/1.1',
  'HTTP/2.0',
  'GET ',
  ' : 1\r\n',
  '\x80',
  '\xff',
];
