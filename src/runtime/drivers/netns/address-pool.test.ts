import assert from 'node:assert/strict';
import test from 'node:test';
import { Ipv4Range } from '../../../native/index.js';
import { AddressPool } from './address-pool.js';

test('addresses go round, so that a freed one rests', () => {
  const pool = new AddressPool(new Ipv4Range('10.244.0.0/29'), 2);
  const taken = [0, 1, 2].map(() => pool.take());
  assert.deepEqual(
    taken.map(({ address }) => address),
    ['10.244.0.2', '10.244.0.3', '10.244.0.4'],
  );
  pool.free(2);
  assert.equal(pool.take().address, '10.244.0.5');
  assert.equal(pool.take().address, '10.244.0.6');
  assert.equal(pool.take().address, '10.244.0.2');
});

test('one more than there are is refused', () => {
  const pool = new AddressPool(new Ipv4Range('10.244.0.0/29'), 2);
  for (let i = 0; i < 5; i++) pool.take();
  assert.throws(() => pool.take(), { code: 'ADDRESSES_EXHAUSTED' });
});
