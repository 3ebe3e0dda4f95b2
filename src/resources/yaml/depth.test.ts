import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tooDeepAtLine } from './depth.js';

test('nesting is measured in each style, and brackets in text are none', () => {
  for (const deep of ['[', '{a: ', '- ', '? ']) assert.equal(tooDeepAtLine(`a:\n  ${deep.repeat(20_000)}`), 2, deep);
  const indented = Array.from({ length: 1_500 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
  assert.equal(tooDeepAtLine(indented), 1000);
  assert.equal(tooDeepAtLine(`a: "${'['.repeat(20_000)}"\nb: |\n  ${'[{'.repeat(20_000)}\n`), undefined);
  assert.equal(tooDeepAtLine(`a: ${'['.repeat(90)}${']'.repeat(90)}`), undefined);
});
