import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BodyDecoder, INCOMPLETE, INVALID, RequestParser, ResponseParser } from '../../src/wire/http1/index.js';
import { holds, mutationsOf } from './fuzz.js';
import { REQUESTS, RESPONSES, TRICKS } from './http1-messages.js';

/** What a reader makes of a message, whatever pieces it came in. */
interface Reading {
  readonly head: string;
  readonly body: string;
  readonly end: string;
}

type Parser = RequestParser | ResponseParser;

/** Feeds bytes in pieces that end at `cuts`, as a connection would: what is incomplete is kept. */
function read(parser: Parser, bytes: Buffer, cuts: readonly number[]): Reading {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const decoder = new BodyDecoder();
  let kept = Buffer.alloc(0);
  let head: string | undefined;
  let body = '';
  const sink = {
    onBody: (buf: Uint8Array, start: number, end: number) => {
      body += Buffer.from(buf.subarray(start, end)).toString('latin1');
    },
  };
  let from = 0;
  for (const end of ends) {
    kept = Buffer.concat([kept, bytes.subarray(from, end)]);
    from = end;
    if (kept.length === 0) continue;
    if (head === undefined) {
      const after = parser.parse(kept, 0, kept.length);
      if (after === INVALID) return { head: '', body: '', end: `invalid: ${parser.error?.code}` };
      if (after === INCOMPLETE) continue;
      head = describe(parser);
      decoder.begin(parser.chunked ? 'chunked' : 'length', Math.max(0, parser.contentLength));
      kept = kept.subarray(after);
    }
    if (decoder.done || kept.length === 0) continue;
    const after = decoder.decode(kept, 0, kept.length, sink);
    if (after === INVALID) return { head, body, end: `invalid: ${decoder.error?.code}` };
    kept = kept.subarray(after);
  }
  if (head === undefined) return { head: '', body: '', end: 'incomplete head' };
  if (!decoder.done) return { head, body, end: 'incomplete body' };
  return { head, body, end: `done, then ${kept.toString('latin1')} ${decoder.trailers?.serialize() ?? ''}` };
}

function describe(parser: Parser): string {
  const first = parser instanceof RequestParser ? `${parser.method} ${parser.target}` : String(parser.status);
  const flags = [
    parser.minor,
    parser.contentLength,
    parser.chunked,
    parser.keepAlive,
    parser.expectContinue,
    parser.connectionUpgrade,
  ];
  return `${first} ${flags.join(' ')}\n${parser.headers.serialize()}`;
}

const cuts = fc.array(fc.nat(), { maxLength: 6 });

holds(
  'HTTP/1: what is read of a request does not depend on how it was cut',
  [mutationsOf(REQUESTS, TRICKS), cuts],
  (text, at) => {
    const bytes = Buffer.from(text, 'latin1');
    assert.deepEqual(read(new RequestParser(), bytes, at), read(new RequestParser(), bytes, []));
  },
);

holds('HTTP/1: nor of an answer', [mutationsOf(RESPONSES, TRICKS), cuts], (text, at) => {
  const bytes = Buffer.from(text, 'latin1');
  assert.deepEqual(read(new ResponseParser(), bytes, at), read(new ResponseParser(), bytes, []));
});

holds('HTTP/1: nor when every byte comes alone', [mutationsOf([...REQUESTS], TRICKS)], (text) => {
  const bytes = Buffer.from(text, 'latin1');
  const alone = Array.from(bytes, (_, index) => index);
  assert.deepEqual(read(new RequestParser(), bytes, alone), read(new RequestParser(), bytes, []));
});

holds(
  'HTTP/1: chunks of any sizes give the body back',
  [fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }), cuts],
  (chunks, at) => {
    const parts = chunks.map((chunk) =>
      Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
    );
    const head = Buffer.from('POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n');
    const bytes = Buffer.concat([head, ...parts, Buffer.from('0\r\n\r\n')]);
    const { body, end } = read(new RequestParser(), bytes, at);
    assert.equal(body, Buffer.concat(chunks).toString('latin1'));
    assert.match(end, /^done/);
  },
);

const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);

holds(
  'HTTP/1: header fields are given back as they came',
  [fc.array(fc.tuple(token, value), { maxLength: 20 }), cuts],
  (fields, at) => {
    const own = fields.filter(
      ([name]) => !/^(content-length|transfer-encoding|connection|host|expect|upgrade)$/.test(name),
    );
    const text = own.map(([name, text]) => `${name}: ${text}\r\n`).join('');
    const parser = new RequestParser();
    const { end } = read(parser, Buffer.from(`GET / HTTP/1.1\r\n${text}\r\n`, 'latin1'), at);
    assert.match(end, /^done/);
    assert.equal(parser.headers.serialize(), text);
  },
);
