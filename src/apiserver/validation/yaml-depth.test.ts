import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooDeep } from './yaml-depth.js';

test('nesting is measured in each style, and brackets in text are none', () => {
  for (const deep of ['[', '{a: ', '- ', '? ']) assert.equal(isTooDeep(`a:\n  ${deep.repeat(20_000)}`), true, deep);
  const indented = Array.from({ length: 1_500 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
  assert.equal(isTooDeep(indented), true);
  assert.equal(isTooDeep(`a: "${'['.repeat(20_000)}"\nb: |\n  ${'[{'.repeat(20_000)}\n`), false);
  assert.equal(isTooDeep(`a: ${'['.repeat(90)}${']'.repeat(90)}`), false);
});
