import assert from 'node:assert/strict';
import test from 'node:test';
import { Ipv4Range, sockaddrIn } from './address.js';

test('a range knows its addresses', () => {
  const range = new Ipv4Range('10.244.3.0/24');
  assert.equal(range.at(1), '10.244.3.1');
  assert.equal(range.size, 256);
  assert.deepEqual(
    ['10.244.3.0', '10.244.3.255', '10.244.4.0', '::1', 'reviews'].map((each) => range.contains(each)),
    [true, true, false, false, false],
  );
  assert.ok(new Ipv4Range('0.0.0.0/0').contains('255.1.2.3'));
  assert.ok(new Ipv4Range('192.0.2.1/32').contains('192.0.2.1'));
});

test('what is no range is refused', () => {
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', 'x/8', '10.0.0.0/-1', '::/0']) {
    assert.throws(() => new Ipv4Range(wrong), { code: 'EINVAL' }, wrong);
  }
});

test('a socket address has the port in network byte order', () => {
  assert.equal(sockaddrIn('10.1.2.3', 15001).toString('hex'), '02003a990a0102030000000000000000');
});
