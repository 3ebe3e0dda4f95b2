import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { OverloadManagerSchema } from '../../xds/types/gen/envoy/config/overload/v3/overload_pb.js';
import { ConfigError } from '../errors.js';
import { overloadConnectionLimit } from './overload.js';
import { TYPES } from './registry.js';

const TYPE =
  'type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig';

function monitor(limit: number, name = 'envoy.resource_monitors.global_downstream_max_connections'): JsonObject {
  return { name, typedConfig: { '@type': TYPE, maxActiveDownstreamConnections: limit } };
}

function limitOf(...resourceMonitors: JsonObject[]): number | undefined {
  return overloadConnectionLimit(fromJson(OverloadManagerSchema, { resourceMonitors }, { registry: TYPES }));
}

test('overload manager: one monitor limits the connections of clients', () => {
  assert.equal(overloadConnectionLimit(undefined), undefined);
  assert.equal(limitOf(), undefined);
  assert.equal(limitOf(monitor(7)), 7);
});

test('overload manager: what it cannot do is refused by its path', () => {
  const refused = (path: string, ...monitors: JsonObject[]): void =>
    assert.throws(
      () => limitOf(...monitors),
      (error) => error instanceof ConfigError && error.path === path,
    );
  refused('overload_manager.resource_monitors[0]', monitor(1, 'other'));
  refused('overload_manager.resource_monitors[0].typed_config.max_active_downstream_connections', monitor(0));
  refused('overload_manager.resource_monitors[1]', monitor(1), monitor(2));
});
