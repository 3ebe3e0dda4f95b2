import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileJsonPath } from './json-path.js';

const BOAT = {
  spec: {
    masts: [
      { name: 'fore', sails: 2 },
      { name: 'main', sails: 3 },
    ],
    'a.b': 'dotted',
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Afloat', status: 'False' },
    ],
  },
};

const PATHS: Readonly<Record<string, unknown[]>> = {
  '.spec.masts[0].name': ['fore'],
  '.spec.masts[-1].sails': [3],
  '.spec.masts[*].name': ['fore', 'main'],
  '.spec.masts[9].name': [],
  '.spec.a\\.b': ['dotted'],
  ".spec['a.b']": ['dotted'],
  '.status.conditions[?(@.type=="Ready")].status': ['True'],
  ".status.conditions[?(@.type == 'Afloat')].status": ['False'],
  '.spec.constructor': [],
};

test('the paths of printer columns find what they name', () => {
  for (const [path, values] of Object.entries(PATHS)) assert.deepEqual(compileJsonPath(path)?.(BOAT), values, path);
});

test('what is no path is told', () => {
  for (const path of ['spec', '.spec..name', '.spec[', '.spec[?(@.a>1)]'])
    assert.equal(compileJsonPath(path), undefined, path);
});
