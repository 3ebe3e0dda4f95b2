import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  portName,
  qualifiedName,
} from './names.js';
import { parseQuantity } from './quantity.js';

test('names that pass, and names that do not', () => {
  const cases: [(name: string) => string | undefined, string[], string[]][] = [
    [dns1123Label, ['a', '1-a', 'x'.repeat(63)], ['', 'A', '-a', 'a.b', 'x'.repeat(64)]],
    [dns1123Subdomain, ['a.b-c.d', 'x'.repeat(253)], ['a..b', '.a', 'x'.repeat(254)]],
    [dns1035Label, ['a1'], ['1a']],
    [labelValue, ['', 'V1.2_x'], ['-', 'a b', 'x'.repeat(64)]],
    [qualifiedName, ['a', 'example.com/A_b'], ['', '/a', 'a/b/c', 'Example.com/a', 'a/']],
    [portName, ['http', 'http-2'], ['80', 'Http', 'a--b', '-a', 'sixteen-letters-']],
    [configKey, ['a.b', '_x'], ['a/b', '..', '..a', '']],
  ];
  for (const [rule, good, bad] of cases) {
    for (const name of good) assert.equal(rule(name), undefined, name);
    for (const name of bad) assert.ok(rule(name), `${JSON.stringify(name)} is refused`);
  }
});

test('quantities', () => {
  assert.equal(parseQuantity('500m'), 0.5);
  assert.equal(parseQuantity('1Gi'), 1024 ** 3);
  assert.equal(parseQuantity('2e3'), 2000);
  assert.equal(parseQuantity(2), 2);
  assert.equal(parseQuantity('1 Gi'), undefined);
});
