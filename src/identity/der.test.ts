import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bitString, integer, octetString, oid, time } from './der.js';
import { ipBytes } from './ip-bytes.js';

const hex = (bytes: Buffer): string => bytes.toString('hex');

test('DER: integers have no leading zeros, and no leading one bit', () => {
  assert.equal(hex(integer(Buffer.of(0))), '020100');
  assert.equal(hex(integer(Buffer.of(0, 0, 5))), '020105');
  assert.equal(hex(integer(Buffer.of(0x80))), '02020080');
});

test('DER: object identifiers', () => {
  assert.equal(hex(oid('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
  assert.equal(hex(oid('2.5.29.17')), '0603551d11');
});

test('DER: lengths of 127, 128 and 65,536 bytes', () => {
  assert.equal(hex(octetString(Buffer.alloc(127)).subarray(0, 2)), '047f');
  assert.equal(hex(octetString(Buffer.alloc(128)).subarray(0, 3)), '048180');
  assert.equal(hex(octetString(Buffer.alloc(65_536)).subarray(0, 5)), '0483010000');
});

test('DER: times through 2049 have two digits for the year', () => {
  assert.equal(
    time(Date.UTC(2049, 11, 31, 23, 59, 59))
      .subarray(2)
      .toString(),
    '491231235959Z',
  );
  assert.equal(
    time(Date.UTC(2050, 0, 1))
      .subarray(2)
      .toString(),
    '20500101000000Z',
  );
});

test('DER: bit strings say how many bits do not count', () => {
  assert.equal(hex(bitString(Buffer.of(0b0000_0110), 1)), '03020106');
});

test('IP addresses as bytes', () => {
  assert.equal(hex(ipBytes('10.96.0.1')), '0a600001');
  assert.equal(hex(ipBytes('::1')), '00000000000000000000000000000001');
  assert.equal(hex(ipBytes('2001:db8::ff00:42:8329')), '20010db8000000000000ff0000428329');
  assert.equal(hex(ipBytes('::ffff:192.0.2.1')), '00000000000000000000ffffc0000201');
});
