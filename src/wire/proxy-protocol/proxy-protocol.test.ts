import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WireError } from '../errors.js';
import { encodeProxyHeaderV2, parseProxyHeader } from './proxy-protocol.js';

const SOURCE = { address: '127.1.2.3', port: 40000 };
const DESTINATION = { address: '10.96.0.7', port: 8080 };

test('PROXY version 2: what is written is read, whatever follows, and a part asks for more', () => {
  const header = encodeProxyHeaderV2(SOURCE, DESTINATION);
  const bytes = Buffer.concat([header, Buffer.from('GET /')]);
  assert.deepEqual(parseProxyHeader(bytes), { bytes: header.length, source: SOURCE, destination: DESTINATION });
  for (let end = 0; end < header.length; end++) assert.equal(parseProxyHeader(bytes.subarray(0, end)), undefined);
});

test('PROXY version 1: addresses, UNKNOWN, and lines that are none', () => {
  const line = 'PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n';
  assert.deepEqual(parseProxyHeader(Buffer.from(`${line}rest`)), {
    bytes: line.length,
    source: { address: '1.2.3.4', port: 1000 },
    destination: { address: '5.6.7.8', port: 80 },
  });
  assert.deepEqual(parseProxyHeader(Buffer.from('PROXY UNKNOWN\r\n')), { bytes: 15 });
  for (const bad of [
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1000 99999\r\n',
    'PROXY TCP4 x y 1 2\r\n',
    'PROXY '.padEnd(108, 'x'),
  ]) {
    assert.throws(() => parseProxyHeader(Buffer.from(bad)), WireError, bad);
  }
});

test('PROXY: any bytes are a header, need more, or are refused with an error of ours', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, signed) => {
      const signature = signed ? [...encodeProxyHeaderV2(SOURCE, DESTINATION).subarray(0, 12)] : [];
      try {
        parseProxyHeader(Buffer.from([...signature, ...bytes]));
      } catch (error) {
        assert.ok(error instanceof WireError);
      }
    }),
  );
});
