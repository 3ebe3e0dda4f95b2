import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '@bufbuild/protobuf';
import { BootstrapSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { BOOTSTRAP_TYPES } from './bootstrap-types.js';
import { checkJson } from './json-check.js';

const check = (json: JsonValue) => () => checkJson(BootstrapSchema, json, BOOTSTRAP_TYPES);
const filter = (config: JsonValue): JsonValue => ({
  static_resources: { listeners: [{ filter_chains: [{ filters: [{ name: 'f', typed_config: config }] }] }] },
});

test('bootstrap: an unknown field is named with its path, by either spelling of its message', () => {
  assert.throws(check({ staticResources: { clusters: [{ name: 'a' }, { nmae: 'b' }] } }), {
    message: /^staticResources\.clusters\[1\]\.nmae: envoy\.config\.cluster\.v3\.Cluster has no such field$/,
  });
  assert.throws(check({ static_resources: { clusters: [{ typed_extension_protocol_options: { x: { a: 1 } } }] } }), {
    message: /typed_extension_protocol_options\[x\]: needs an "@type"/,
  });
  assert.throws(check({ static_resources: [] }), { message: /^static_resources: expected a / });
  assert.throws(check({ static_resources: { clusters: {} } }), {
    message: /^static_resources\.clusters: expected a list/,
  });
});

test('bootstrap: within an Any, too, and one of an unknown type is refused', () => {
  const path = 'static_resources\\.listeners\\[0\\]\\.filter_chains\\[0\\]\\.filters\\[0\\]\\.typed_config';
  assert.throws(check(filter({ '@type': 'type.googleapis.com/x.Y' })), {
    message: new RegExp(`^${path}: x\\.Y is not`),
  });
  const tcp = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
  assert.throws(check(filter({ '@type': tcp, nothing: 1 })), { message: new RegExp(`^${path}\\.nothing: `) });
});

test('bootstrap: what has its place passes', () => {
  assert.doesNotThrow(
    check({ node: { id: 'a', metadata: { any: { thing: [1, null] } } }, admin: null, stats_flush_interval: '5s' }),
  );
});
