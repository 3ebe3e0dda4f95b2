import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson } from '@bufbuild/protobuf';
import { LayeredRuntimeSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { RuntimeFractionalPercentSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { Runtime } from './runtime.js';
import { runtimeFraction, runtimeInteger } from './runtime-values.js';

function runtime(): Runtime {
  return new Runtime(
    fromJson(LayeredRuntimeSchema, {
      layers: [
        { name: 'base', staticLayer: { a: { b: 10, c: { numerator: 5, denominator: 'TEN_THOUSAND' } }, d: 7 } },
        { name: 'more', staticLayer: { 'a.b': 20 } },
        { name: 'admin', adminLayer: {} },
      ],
    }),
  );
}

const percent = (runtimeKey: string) =>
  fromJson(RuntimeFractionalPercentSchema, { defaultValue: { numerator: 50 }, runtimeKey });

test('runtime: the last layer that has a key wins, nested keys are joined by dots', () => {
  const values = runtime();
  assert.equal(runtimeInteger('a.b', values, 1)(), 20);
  assert.equal(runtimeInteger('d', values, 1)(), 7);
  assert.equal(runtimeInteger('nothing', values, 1)(), 1);
});

test('runtime: a number is a percentage, a fraction has its own denominator, no value leaves the default', () => {
  const values = runtime();
  assert.equal(runtimeFraction(percent('a.b'), values)(), 0.2);
  assert.equal(runtimeFraction(percent('a.c'), values)(), 0.0005);
  assert.equal(runtimeFraction(percent('nothing'), values)(), 0.5);
  assert.equal(runtimeFraction(undefined, values)(), 1);
});

test('runtime: the admin changes a value that is in use, and takes the change back', () => {
  const values = runtime();
  const share = runtimeFraction(percent('a.b'), values);
  assert.ok(values.modify(new Map([['a.b', '35']])));
  assert.equal(share(), 0.35);
  values.modify(new Map([['a.b', '']]));
  assert.equal(share(), 0.2);
  assert.equal(new Runtime().modify(new Map([['a', '1']])), false);
});

test('runtime: layers that are not served, and two of one name, are refused', () => {
  const layers = (...list: object[]) => fromJson(LayeredRuntimeSchema, { layers: list as never });
  assert.throws(() => new Runtime(layers({ name: 'a', diskLayer: {} })), /layers\[0\]: needs static_layer/);
  assert.throws(
    () => new Runtime(layers({ name: 'a', adminLayer: {} }, { name: 'a', staticLayer: {} })),
    /Duplicate layer name/,
  );
});
