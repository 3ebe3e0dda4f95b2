import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaRef } from '../../resources/schemas/index.js';
import { SAILS } from '../testing/kinds.js';
import { conform } from './conform.js';
import { duplicateKeys } from './duplicate-keys.js';
import { nearestWord } from './suggestion.js';

const schema = SAILS.versions[0]!.schema;

test('duplicate keys are found at any depth, by their path', () => {
  const text = '{"a":1,"b":{"c":[{"d":1},{"d":1,"e\\"x":2,"d":3}]},"a":{"b":"{\\"a\\":1,\\"a\\":2}"}}';
  assert.deepEqual(duplicateKeys(text), ['b.c[1].d', 'a']);
});

test('JSON that a serializer wrote has no duplicate keys', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.deepEqual(duplicateKeys(JSON.stringify(value)), [])));
});

test('a misspelt word is answered with the nearest, a foreign one with none', () => {
  const known = ['replicas', 'selector', 'template', 'minReadySeconds'];
  assert.equal(nearestWord('replicsa', known), 'replicas');
  assert.equal(nearestWord('Replicas', known), 'replicas');
  assert.equal(nearestWord('selectr', known), 'selector');
  assert.equal(nearestWord('weights', known), undefined);
});

test('null is as good as absent, as in an empty `spec:`', () => {
  assert.deepEqual(conform({ metadata: { name: 'a', labels: null }, spec: null }, schema).value, {
    metadata: { name: 'a' },
  });
});

test('types, bounds, enumerations and required fields', () => {
  const { errors } = conform(
    { metadata: { name: 5 }, spec: { area: 1.5, cloth: 'silk', ropes: [{ length: 1 }], crew: 'all' } },
    schema,
  );
  assert.deepEqual(
    errors.map(({ reason, field }) => `${reason} ${field}`),
    [
      'FieldValueTypeInvalid metadata.name',
      'FieldValueTypeInvalid spec.area',
      'FieldValueNotSupported spec.cloth',
      'FieldValueRequired spec.ropes[0].name',
      'FieldValueTypeInvalid spec.crew',
    ],
  );
});

test('quantities and ports may be numbers or text', () => {
  const pod = {
    metadata: { name: 'p' },
    spec: {
      containers: [
        { name: 'c', resources: { limits: { cpu: 1, memory: '1Gi' } }, livenessProbe: { httpGet: { port: 'web' } } },
        { name: 'd', livenessProbe: { httpGet: { port: 80 } } },
      ],
    },
  };
  const { errors, unknown, value } = conform(pod, schemaRef('io.k8s.api.core.v1.Pod'));
  assert.deepEqual([errors, unknown], [[], []]);
  const { containers } = value['spec'] as { containers: { resources: unknown }[] };
  assert.deepEqual(containers[0]?.resources, { limits: { cpu: '1', memory: '1Gi' } });
});

test('what is nested too deep is an error and not a crash', () => {
  let deep: object = {};
  for (let i = 0; i < 5000; i++) deep = { properties: deep };
  const { errors } = conform({ metadata: { name: 'a' }, spec: { area: deep } }, schema);
  assert.equal(errors[0]?.field, 'spec.area');
});

test('no JSON breaks the walk, and prototypes stay clean', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      conform(object, schema);
      conform(JSON.parse('{"__proto__":{"polluted":1},"spec":{"__proto__":{"polluted":1}}}'), schema);
      assert.equal(({} as { polluted?: number }).polluted, undefined);
    }),
  );
});
