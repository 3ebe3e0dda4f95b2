import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WireError } from '../errors.js';
import { encodeProxyHeaderV1, encodeProxyHeaderV2, parseProxyHeader } from './proxy-protocol.js';

const SOURCE = { address: '127.1.2.3', port: 40000 };
const DESTINATION = { address: '10.96.0.7', port: 8080 };

test('PROXY version 2: what is written is read, whatever follows, and a part asks for more', () => {
  const header = encodeProxyHeaderV2(SOURCE, DESTINATION);
  const bytes = Buffer.concat([header, Buffer.from('GET /')]);
  assert.deepEqual(parseProxyHeader(bytes), {
    version: 2,
    bytes: header.length,
    source: SOURCE,
    destination: DESTINATION,
  });
  for (let end = 0; end < header.length; end++) assert.equal(parseProxyHeader(bytes.subarray(0, end)), undefined);
});

test('PROXY version 1: addresses, UNKNOWN, and lines that are none', () => {
  const line = 'PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n';
  assert.deepEqual(parseProxyHeader(Buffer.from(`${line}rest`)), {
    version: 1,
    bytes: line.length,
    source: { address: '1.2.3.4', port: 1000 },
    destination: { address: '5.6.7.8', port: 80 },
  });
  assert.deepEqual(parseProxyHeader(Buffer.from('PROXY UNKNOWN\r\n')), { version: 1, bytes: 15 });
  for (const bad of [
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1000 99999\r\n',
    'PROXY TCP4 x y 1 2\r\n',
    'PROXY '.padEnd(108, 'x'),
  ]) {
    assert.throws(() => parseProxyHeader(Buffer.from(bad)), WireError, bad);
  }
});

test('PROXY: what is written is read: both versions and families, TLVs, unknown ends', () => {
  const v6 = [
    { address: '2001:db8:0:0:0:0:0:1', port: 1 },
    { address: 'fe80:0:0:0:1:2:3:4', port: 65535 },
  ] as const;
  const tlvs = [
    { type: 0xea, value: Buffer.from('vpce') },
    { type: 5, value: Buffer.alloc(0) },
  ];
  for (const header of [encodeProxyHeaderV1(...v6), encodeProxyHeaderV2(...v6)]) {
    const { source, destination } = parseProxyHeader(header)!;
    assert.deepEqual([source, destination], v6);
  }
  assert.deepEqual(parseProxyHeader(encodeProxyHeaderV2({ address: '::1', port: 1 }, v6[1]))?.source, {
    address: '0:0:0:0:0:0:0:1',
    port: 1,
  });
  assert.deepEqual(parseProxyHeader(encodeProxyHeaderV2(SOURCE, DESTINATION, tlvs))?.tlvs, tlvs);
  assert.deepEqual(parseProxyHeader(encodeProxyHeaderV2(undefined, DESTINATION)), { version: 2, bytes: 16 });
  assert.deepEqual(parseProxyHeader(encodeProxyHeaderV1(SOURCE, v6[0])), { version: 1, bytes: 15 });
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
