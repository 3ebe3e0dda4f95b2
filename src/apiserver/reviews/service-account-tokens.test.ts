import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../base/fake-clock.js';
import { ServiceAccountTokens } from './service-account-tokens.js';

test('a token stands for its account until it expires, the account goes, or somebody changes it', () => {
  const clock = new FakeClock();
  let uid: string | undefined = 'u1';
  const tokens = new ServiceAccountTokens(Buffer.alloc(32, 1), clock, () => uid);
  const { token, expirationTimestamp } = tokens.issue({ name: 'bot', namespace: 'shop', uid: 'u1' }, 600);
  assert.equal(Date.parse(expirationTimestamp), clock.now() + 600_000);
  assert.deepEqual(tokens.verify(token), {
    name: 'system:serviceaccount:shop:bot',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
  });
  const [header, claims, signature] = token.split('.') as [string, string, string];
  const forged = Buffer.from(claims, 'base64url').toString().replace('bot', 'root');
  assert.equal(tokens.verify(`${header}.${Buffer.from(forged).toString('base64url')}.${signature}`), undefined);
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  assert.equal(tokens.verify(`${unsigned}.${claims}.`), undefined);
  assert.equal(new ServiceAccountTokens(Buffer.alloc(32, 2), clock, () => uid).verify(token), undefined);
  for (const nonsense of ['', '.', 'a.b.c', `${header}.`, header]) assert.equal(tokens.verify(nonsense), undefined);
  uid = 'u2';
  assert.equal(tokens.verify(token), undefined);
  uid = 'u1';
  clock.advance(600_000);
  assert.equal(tokens.verify(token), undefined);
});
