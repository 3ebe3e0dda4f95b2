import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { attribute, nested, parseAttributes, textAttribute, u32Attribute } from './attributes.js';
import { encodeMessage, Flag, parseAcknowledgements } from './message.js';

test('attributes are padded to four bytes, their length is not', () => {
  assert.equal(textAttribute(3, 'eth0').toString('hex'), '09000300657468300000 0000'.replace(' ', ''));
});

test('attributes are read as they were written', () => {
  const bytes = Buffer.concat([u32Attribute(1, 7), nested(2, textAttribute(1, 'veth')), attribute(3, Buffer.alloc(0))]);
  const found = parseAttributes(bytes);
  assert.deepEqual([...found.keys()], [1, 2, 3]);
  assert.equal(found.get(1)?.readUInt32LE(), 7);
  assert.equal(
    parseAttributes(found.get(2) as Buffer)
      .get(1)
      ?.toString(),
    'veth\0',
  );
});

test('a request has its length, type, flags and number', () => {
  const message = { type: 16, flags: Flag.ACK, payload: Buffer.from('abcde'), doing: '' };
  assert.equal(
    encodeMessage(message, 9).toString('hex'),
    '1500000010000500090000000000000061626364650000 00'.replace(' ', ''),
  );
});

/** An NLMSG_ERROR, capped, with the kernel's words. */
function refusal(sequence: number, errno: number, text?: string): Buffer {
  const body = Buffer.alloc(20);
  body.writeInt32LE(-errno, 0);
  body.writeUInt32LE(16, 4);
  const words = text === undefined ? Buffer.alloc(0) : textAttribute(1, text);
  const payload = Buffer.concat([body, words]);
  return encodeMessage({ type: 2, flags: text === undefined ? 0x100 : 0x300, payload, doing: '' }, sequence);
}

test('acknowledgements are read one after another', () => {
  const datagram = Buffer.concat([refusal(4, 0), refusal(5, 17, 'Name already in use')]);
  assert.deepEqual(parseAcknowledgements(datagram), [
    { sequence: 4, errno: 0 },
    { sequence: 5, errno: 17, text: 'Name already in use' },
  ]);
});

test('any bytes are read without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseAttributes(Buffer.from(bytes));
      parseAcknowledgements(Buffer.from(bytes));
      parseAcknowledgements(Buffer.concat([refusal(1, 1, 'x').subarray(0, 36), Buffer.from(bytes)]));
    }),
  );
});
