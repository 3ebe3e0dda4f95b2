import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskedAddress } from './masked-address.js';

test('an address is masked to its network', () => {
  assert.equal(maskedAddress('10.129.200.7', 32, 128), '10.129.200.7/32');
  assert.equal(maskedAddress('10.129.200.7', 9, 128), '10.128.0.0/9');
  assert.equal(maskedAddress('10.129.200.7', 0, 128), '0.0.0.0/0');
  assert.equal(maskedAddress('2001:db8:1:2:3:4:5:6', 32, 48), '2001:db8:1::/48');
  assert.equal(maskedAddress('2001:db8::1', 32, 128), '2001:db8::1/128');
  assert.equal(maskedAddress('fe80::1', 32, 0), '::/0');
});
