import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { LineLogger } from '../../base/logger.js';
import { FLUENTD_BUFFER_MAX_BYTES, FluentdForwarder } from './fluentd-forwarder.js';
import { pack } from './msgpack.js';

test('MessagePack', () => {
  assert.equal(
    pack(['a', true, 1, 1.5, { b: 'c' }]).toString('hex'),
    '95a161c3d30000000000000001cb3ff800000000000081a162a163',
  );
  const long = 'x'.repeat(40);
  assert.equal(pack(long).toString('latin1'), `\xdb\0\0\0\x28${long}`);
  const wide = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`k${index}`, false]));
  assert.equal(pack(wide).subarray(0, 5).toString('hex'), 'df00000010');
});

test('records go over one connection; a lost one is made anew after a while, and what was dropped is told', () => {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const streams: PassThrough[] = [];
  const connect = () => streams[streams.push(new PassThrough()) - 1]!;
  const logger = new LineLogger((line) => warnings.push(line));
  const forwarder = new FluentdForwarder(connect, clock, logger);
  const send = (record = {}) => forwarder.forward('fluentd:24224', 'mesh', 1_500, record);
  send({ a: 'b' });
  send();
  assert.equal(streams.length, 1);
  const lost = streams[0]!;
  lost.emit('error', new Error('reset'));
  lost.emit('close');
  send();
  assert.equal(streams.length, 1, 'not at once');
  clock.advance(1_000);
  send();
  assert.equal(streams.length, 2);
  assert.deepEqual(
    warnings.map((line) => line.slice(line.indexOf('fluentd')).trim()),
    ['fluentd at fluentd:24224: reset', 'fluentd at fluentd:24224: 1 records were dropped'],
  );
  forwarder.close();
});

test('one record past the buffer is dropped', () => {
  const stuck = new PassThrough({ write: () => {} });
  const forwarder = new FluentdForwarder(() => stuck, new FakeClock(), new LineLogger(() => {}));
  const big = { text: 'x'.repeat(FLUENTD_BUFFER_MAX_BYTES) };
  forwarder.forward('fluentd:24224', 'mesh', 0, big);
  const held = stuck.writableLength;
  forwarder.forward('fluentd:24224', 'mesh', 0, big);
  assert.equal(stuck.writableLength, held);
  forwarder.close();
});
