import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, parseDocument } from 'yaml';
import { kubernetesScalars } from './scalars.js';

/** What kubectl 1.32 makes of it. */
const ANSWERS: readonly (readonly [string, unknown])[] = [
  ['y', true],
  ['on', true],
  ['Yes', true],
  ['No', false],
  ['off', false],
  ['TRUE', true],
  ['yEs', 'yEs'],
  ['"y"', 'y'],
  ['1_000', 1000],
  ['0644', 420],
  ['-010', -8],
  ['0o17', 15],
  ['0o8', '0o8'],
  ['0_7', 7],
  ['08', 8],
  ['0b11', 3],
  ['+0b1', 1],
  ['0x_1f', 31],
  ['-0x1f', -31],
  ['+12', 12],
  ['0', 0],
  ['.5', 0.5],
  ['+.5', 0.5],
  ['1.', 1],
  ['010.5', 10.5],
  ['1_0.5', 10.5],
  ['1e3', 1000],
  ['1:20', '1:20'],
  ['2001-01-01', '2001-01-01'],
  ['1.2.3', '1.2.3'],
  ['0 644', '0 644'],
  ['Null', null],
  ['!!str 5', '5'],
];

for (const [text, value] of ANSWERS) {
  test(`${text} is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(parse(`a: ${text}`, { customTags: kubernetesScalars }), { a: value });
  });
}

test('keys are read so too', () => {
  assert.deepEqual(parse('0644: a\non: b', { customTags: kubernetesScalars }), { 420: 'a', true: 'b' });
});

test('a document that is written again keeps its words', () => {
  const text = 'mode: 0644\nfast: yes\nsize: 1_000\n';
  const document = parseDocument(text, { customTags: kubernetesScalars });
  document.set('more', document.createNode({ count: 5, ready: true, half: 0.5 }));
  assert.equal(document.toString(), `${text}more:\n  count: 5\n  ready: true\n  half: 0.5\n`);
});
