import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from './header-map.js';

test('an added field goes by name, those behind it stay in order', () => {
  const headers = new HeaderMap();
  for (const name of ['a', 'b', 'a', 'c']) headers.add(name, `of ${name}`);
  assert.equal(headers.delete('a'), true);
  assert.equal(headers.serialize(), 'b: of b\r\nc: of c\r\n');
  assert.equal(headers.size, 2);
  headers.set('b', 'again');
  assert.equal(headers.serialize(), 'c: of c\r\nb: again\r\n');
});

test('a map that serves the next message shows nothing that was added to the last one', () => {
  const headers = new HeaderMap();
  headers.add('a', '1');
  headers.add('b', '2');
  headers.clear();
  assert.equal(headers.get('a'), undefined);
  headers.add('c', '3');
  assert.equal(headers.has('b'), false);
  assert.equal(headers.serialize(), 'c: 3\r\n');
  assert.equal(headers.clone().serialize(), 'c: 3\r\n');
});

test('a name of more than 31 characters is found, another of a like length is not', () => {
  const headers = new HeaderMap();
  const long = 'x-envoy-upstream-rq-timeout-alt-response';
  headers.add(long, 'yes');
  assert.equal(headers.get(long), 'yes');
  assert.equal(headers.has('x'.repeat(long.length - 32)), false);
  assert.equal(headers.delete(long), true);
  assert.equal(headers.has(long), false);
});
