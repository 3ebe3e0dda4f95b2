import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyDecoder, INCOMPLETE, INVALID, RequestParser, ResponseParser } from './index.js';

/** Feeds the text in pieces as a connection would, keeping what is incomplete. @returns the code of the error, or undefined */
function feed(parser: RequestParser | ResponseParser, text: string, cuts: readonly number[]): string | undefined {
  const whole = Buffer.from(text, 'latin1');
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < whole.length), whole.length])].sort(
    (a, b) => a - b,
  );
  let kept = Buffer.alloc(0);
  let from = 0;
  for (const end of ends) {
    kept = Buffer.concat([kept, whole.subarray(from, end)]);
    from = end;
    const result = parser.parse(kept, 0, kept.length);
    if (result === INVALID) return parser.error?.code;
    if (result !== INCOMPLETE) {
      assert.equal(end, whole.length, 'complete only with its last byte');
      return undefined;
    }
  }
  return 'INCOMPLETE';
}

const REQUEST = 'GET /path?q=1 HTTP/1.1\r\nHost: Example\r\nX-Mixed:  padded \r\ncontent-length: 3\r\nEmpty:\r\n\r\n';

test('request: read the same at every split point, names lowered, values trimmed', () => {
  for (let cut = 1; cut < REQUEST.length; cut++) {
    const parser = new RequestParser();
    assert.equal(feed(parser, REQUEST, [cut]), undefined, `cut at ${cut}`);
    assert.equal(parser.method, 'GET');
    assert.equal(parser.target, '/path?q=1');
    assert.equal(parser.contentLength, 3);
    assert.equal(parser.headers.get('host'), 'Example');
    assert.equal(parser.headers.get('x-mixed'), 'padded');
    assert.equal(parser.headers.get('empty'), '');
    assert.equal(parser.headers.serialize(), 'host: Example\r\nx-mixed: padded\r\ncontent-length: 3\r\nempty: \r\n');
  }
});

test('request: spelling is kept when asked for, and still found by the lower name', () => {
  const parser = new RequestParser({ keepSpelling: true });
  assert.equal(feed(parser, 'GET / HTTP/1.1\r\nX-My-Header: 1\r\nHost: a\r\n\r\n', [20, 30]), undefined);
  assert.equal(parser.headers.get('x-my-header'), '1');
  assert.equal(parser.headers.serialize(), 'X-My-Header: 1\r\nHost: a\r\n');
});

const REFUSED: Readonly<Record<string, string>> = {
  'GET / HTTP/1.1\r\na: 1\r\n\tfold\r\n\r\n': 'INVALID_FIELD_NAME',
  'GET / HTTP/1.1\nhost: a\n\n': 'INVALID_REQUEST_LINE',
  'GET / HTTP/1.1\r\na: 1\n\r\n': 'INVALID_FIELD_VALUE',
  'GET / HTTP/1.1\r\na: 1\r2\r\n\r\n': 'INVALID_FIELD_VALUE',
  'GET / HTTP/1.1\r\na: \0\r\n\r\n': 'INVALID_FIELD_VALUE',
  'GET / HTTP/1.1\r\na : 1\r\n\r\n': 'INVALID_FIELD_NAME',
  'GET / HTTP/1.1\r\n: 1\r\n\r\n': 'INVALID_FIELD_NAME',
  'GET / HTTP/1.1\r\nab\r\n\r\n': 'INVALID_FIELD_NAME',
  'GET  / HTTP/1.1\r\n\r\n': 'INVALID_REQUEST_LINE',
  'GET / HTTP/2.0\r\n\r\n': 'UNSUPPORTED_VERSION',
  'FROB / HTTP/1.1\r\n\r\n': 'UNKNOWN_METHOD',
  'GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n': 'REPEATED_HOST',
  'POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n': 'REPEATED_CONTENT_LENGTH',
  'POST / HTTP/1.1\r\ncontent-length: 1, 1\r\n\r\n': 'INVALID_CONTENT_LENGTH',
  'POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n': 'INVALID_CONTENT_LENGTH',
  'POST / HTTP/1.1\r\ncontent-length: \r\n\r\n': 'INVALID_CONTENT_LENGTH',
  'POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n': 'INVALID_CONTENT_LENGTH',
  'POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n': 'LENGTH_AND_CHUNKED',
  'POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n': 'UNSUPPORTED_TRANSFER_ENCODING',
  'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n':
    'UNSUPPORTED_TRANSFER_ENCODING',
};

test('request: what two parsers could read differently is refused, wherever it is split', () => {
  for (const [text, code] of Object.entries(REFUSED)) {
    for (let cut = 0; cut < text.length; cut++) {
      assert.equal(feed(new RequestParser(), text, [cut]), code, `${JSON.stringify(text)} cut at ${cut}`);
    }
  }
});

test('request: one field and one byte past the limits are refused', () => {
  const fields = (count: number): string => `GET / HTTP/1.1\r\n${'a: 1\r\n'.repeat(count)}\r\n`;
  assert.equal(feed(new RequestParser(), fields(100), []), undefined);
  assert.equal(feed(new RequestParser(), fields(101), []), 'TOO_MANY_FIELDS');
  const sized = (bytes: number): string =>
    `GET / HTTP/1.1\r\na: ${'x'.repeat(bytes - 'GET / HTTP/1.1\r\na: \r\n\r\n'.length)}\r\n\r\n`;
  assert.equal(feed(new RequestParser(), sized(60 * 1024), []), undefined);
  assert.equal(feed(new RequestParser(), sized(60 * 1024 + 1), []), 'HEAD_TOO_LARGE');
  assert.equal(feed(new RequestParser(), 'GET / HTTP/1.1\r\na: '.padEnd(62 * 1024, 'x'), []), 'HEAD_TOO_LARGE');
});

test('request: any bytes at any splits are read or refused the same as in one piece', () => {
  const piece = fc.constantFrom(
    'GET ',
    '/',
    ' HTTP/1.1',
    '\r\n',
    '\n',
    '\r',
    ': ',
    'a',
    'host',
    'content-length: 5',
    'transfer-encoding: chunked',
    ' ',
    '\0',
    '\x80',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(200), { maxLength: 6 }), (pieces, cuts) => {
      const text = pieces.join('');
      const end = text.indexOf('\r\n\r\n');
      const head = end === -1 ? text : text.slice(0, end + 4);
      if (head === '') return;
      assert.equal(feed(new RequestParser(), head, cuts), feed(new RequestParser(), head, []));
    }),
    { numRuns: 3000 },
  );
});

test('response: status and reason, at every split point', () => {
  const text = 'HTTP/1.1 404 Not Found Here\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n';
  for (let cut = 1; cut < text.length; cut++) {
    const parser = new ResponseParser();
    assert.equal(feed(parser, text, [cut]), undefined);
    assert.equal(parser.status, 404);
    assert.equal(parser.chunked, true);
  }
  for (const line of ['ICY 200 OK', 'HTTP/1.1 99 What', 'HTTP/1.1 9:0 What', 'HTTP/1.1 099 What']) {
    assert.equal(feed(new ResponseParser(), `${line}\r\n\r\n`, []), 'INVALID_STATUS_LINE', line);
  }
});

function decode(
  text: string,
  cuts: readonly number[],
): { body: string; done: boolean; error?: string; trailer?: string } {
  const whole = Buffer.from(text, 'latin1');
  const decoder = new BodyDecoder();
  decoder.begin('chunked');
  let body = '';
  const sink = {
    onBody(buf: Uint8Array, start: number, end: number): void {
      body += Buffer.from(buf.subarray(start, end)).toString('latin1');
    },
  };
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < whole.length), whole.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const end of ends) {
    if (decoder.done) break;
    if (decoder.decode(whole, from, end, sink) === INVALID) return { body, done: false, error: decoder.error!.code };
    from = end;
  }
  const trailer = decoder.trailers?.get('x-t');
  return { body, done: decoder.done, ...(trailer !== undefined && { trailer }) };
}

test('chunked body: the same at any splits, with extensions and trailers', () => {
  const chunks = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(chunks, fc.boolean(), fc.array(fc.nat(400), { maxLength: 8 }), (parts, withTrailer, cuts) => {
      const encoded = parts.map((part) => `${part.length.toString(16)};ext="x"\r\n${part}\r\n`).join('');
      const result = decode(`${encoded}0\r\n${withTrailer ? 'X-T: 1\r\n' : ''}\r\n`, cuts);
      assert.deepEqual(result, { body: parts.join(''), done: true, ...(withTrailer && { trailer: '1' }) });
    }),
  );
});

test('chunked body: sizes and ends that are not exact are refused', () => {
  for (const [text, code] of [
    ['zz\r\n', 'INVALID_CHUNK_SIZE'],
    ['\r\n', 'INVALID_CHUNK_SIZE'],
    ['0x3\r\n', 'INVALID_CHUNK_SIZE'],
    ['fffffffffffffff\r\n', 'INVALID_CHUNK_SIZE'],
    ['3\nabc', 'INVALID_CHUNK_SIZE'],
    ['3\r\nabcd\r\n', 'INVALID_CHUNK'],
    ['3;a\nb\r\n', 'INVALID_CHUNK_EXTENSION'],
    [`3;${'x'.repeat(17 * 1024)}`, 'INVALID_CHUNK_EXTENSION'],
    ['0\r\na: b\n\r\n', 'BARE_LF'],
  ] as const) {
    assert.equal(decode(text, []).error, code, JSON.stringify(text));
  }
});
