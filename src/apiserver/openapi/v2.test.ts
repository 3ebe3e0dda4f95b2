import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from '../../resources/registry.js';
import { isObject, type JsonObject } from '../json.js';
import { KindTable } from '../kind-table.js';
import { BYTES, WireReader } from '../protobuf/wire-reader.js';
import { swagger } from './v2.js';
import { encodeSwagger } from './v2-protobuf.js';

const document = swagger(new KindTable(KINDS), 'v1.32.0');
const definitions = document['definitions'] as Record<string, JsonObject>;

function visit(schema: JsonObject, check: (schema: JsonObject) => void): void {
  check(schema);
  for (const below of [
    ...Object.values((schema['properties'] as JsonObject) ?? {}),
    schema['items'],
    schema['additionalProperties'],
  ])
    if (isObject(below)) visit(below, check);
}

test('every reference has its definition, every list its items', () => {
  for (const [name, definition] of Object.entries(definitions)) {
    visit(definition, (schema) => {
      const reference = schema['$ref'];
      if (typeof reference === 'string') assert.ok(definitions[reference.slice('#/definitions/'.length)], reference);
      if (schema['type'] === 'array') assert.ok(isObject(schema['items']), name);
    });
  }
});

test('a kind says by which lists it is merged and what its patch takes', () => {
  const spec = definitions['io.k8s.api.core.v1.PodSpec'] as { properties: Record<string, JsonObject> };
  assert.equal(spec.properties['containers']?.['x-kubernetes-patch-merge-key'], 'name');
  const path = (document['paths'] as Record<string, { patch: { parameters: { name: string }[] } }>)[
    '/apis/apps/v1/namespaces/{namespace}/deployments/{name}'
  ];
  assert.ok(path?.patch.parameters.some(({ name }) => name === 'dryRun'));
});

/** Blocks of one field of a message. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new WireReader(message);
  const found: Uint8Array[] = [];
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    assert.equal(wireType, BYTES);
    const block = reader.block();
    if (number === wanted) found.push(block);
  }
  return found;
}

test('as protobuf it has the same definitions', () => {
  const [encoded] = fields(encodeSwagger(document), 9);
  const names = fields(encoded!, 1).map((named) => Buffer.from(fields(named, 1)[0]!).toString());
  assert.deepEqual(names, Object.keys(definitions));
});
