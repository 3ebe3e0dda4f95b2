import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LayeredMap } from './layered-map.js';
import { differences } from './map-differences.js';
import { patchedMap } from './patched-map.js';

type Values = ReadonlyMap<string, { n: number }>;
const start = (count: number): Values => new Map(Array.from({ length: count }, (_, n) => [`name-${n}`, { n }]));
const sorted = (map: Values) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

test('patched map: equals the copy that was changed in place, however many patches, and leaves the earlier maps alone', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 149 }), fc.option(fc.integer(), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 9 }), { maxLength: 40 }), (patches) => {
      const first = start(100);
      const copy = new Map(first);
      let map = first;
      for (const patch of patches) {
        const values = patch.map(([i, n]) => [`name-${i}`, n === undefined ? undefined : { n }] as const);
        const before = [sorted(map), map] as const;
        map = patchedMap(map, new Map(values));
        for (const [name, value] of new Map(values)) {
          if (value) copy.set(name, value);
          else copy.delete(name);
        }
        assert.deepEqual(sorted(before[1]), before[0]);
      }
      assert.deepEqual(sorted(map), sorted(copy));
      assert.equal(map.size, copy.size);
      const named = new Set(differences(first, map));
      for (const name of new Set([...first.keys(), ...map.keys()])) {
        if (first.get(name) !== map.get(name)) assert.ok(named.has(name), name);
      }
    }),
  );
});

test('differences: a patch of a layer is named alone, and maps that do not come from each other are compared', () => {
  const shared = start(1_000);
  const own = new Map([['mine', { n: 0 }]]);
  const layered = new LayeredMap(shared, own);
  const patched = patchedMap(shared, new Map([['name-7', { n: 8 }]]));
  assert.deepEqual(differences(layered, layered), []);
  assert.deepEqual(differences(layered, new LayeredMap(patched, own)), ['name-7']);
  assert.deepEqual(differences(layered, new LayeredMap(patched, new Map())), ['name-7', 'mine']);
  const other = new Map(shared);
  other.delete('name-9');
  other.set('new', { n: 1 });
  assert.deepEqual(differences(shared, other), ['new', 'name-9']);
});

test('layered map: a shared name wins, and each name is there once', () => {
  const shared = { n: 1 };
  const map = new LayeredMap(
    new Map([['a', shared]]),
    new Map([
      ['a', { n: 2 }],
      ['b', { n: 3 }],
    ]),
  );
  assert.equal(map.get('a'), shared);
  assert.deepEqual([...map.keys()], ['a', 'b']);
  assert.equal(map.size, 2);
});
