import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { withOctals } from './yaml-octals.js';

test('numbers with a leading zero are octal, as kubectl reads them; what is no octal stays what it was', () => {
  const text = 'a: 0644\nb: -017\nc: 0\nd: 08\ne: "0644"\nf: 644\ng: 0o644\nh: 0x1f\ni: 0.5\nj: 00\n0644: key';
  const { a, b, c, d, e, f, g, h, i, j, 420: key } = parse(text, { customTags: withOctals });
  assert.deepEqual([a, b, c, d, e, f, g, h, i, j, key], [420, -15, 0, 8, '0644', 644, 420, 31, 0.5, 0, 'key']);
});
