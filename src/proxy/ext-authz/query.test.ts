import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withQueryParameters } from './query.js';

test('query parameters are set and removed', () => {
  assert.equal(
    withQueryParameters(
      '/a?z=1&q=1&y',
      [
        ['q', '2'],
        ['a', '1'],
      ],
      ['z'],
    ),
    '/a?a=1&q=2&y=',
  );
  assert.equal(withQueryParameters('/a', [['q', '2']], []), '/a?q=2');
  assert.equal(withQueryParameters('/a?q=2', [], ['q', 'none']), '/a');
});
