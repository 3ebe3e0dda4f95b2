import assert from 'node:assert/strict';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { readState } from '../../src/xds/client/sotw-update.js';
import { TypeSubscription } from '../../src/xds/client/type-subscription.js';
import { readDelta } from '../../src/xds/client/update.js';
import { XdsError } from '../../src/xds/errors.js';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '../../src/xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { holds } from './fuzz.js';

const TYPE = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
const WRAPPED = 'type.googleapis.com/envoy.service.discovery.v3.Resource';
const typeUrl = fc.constantFrom(TYPE, WRAPPED, '', 'x');
const any = fc.record({
  typeUrl,
  value: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(Uint8Array.of(10, 1, 97), Uint8Array.of(10, 255))),
});
const resource = fc.record({
  name: fc.string({ maxLength: 5 }),
  version: fc.string({ maxLength: 3 }),
  resource: fc.option(any, { nil: undefined }),
});

/** A server that breaks the protocol is told so; the client itself does not break. */
function told(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof XdsError, `not an XdsError: ${error instanceof Error ? error.stack : error}`);
  }
}

holds(
  'xDS: any delta response is an update, or refused',
  [fc.array(resource, { maxLength: 4 }), fc.array(fc.string({ maxLength: 4 }))],
  (resources, removedResources) => {
    const response = create(DeltaDiscoveryResponseSchema, {
      typeUrl: TYPE,
      removedResources,
      resources: resources.map(({ resource: body, ...rest }) => ({ ...rest, ...(body && { resource: body }) })),
    });
    told(() => readDelta(response, () => true));
  },
);

holds('xDS: any state of the world is an update, or refused', [fc.array(any, { maxLength: 4 })], (resources) => {
  const subscription = new TypeSubscription(TYPE);
  subscription.want('*');
  told(() => readState(create(DiscoveryResponseSchema, { typeUrl: TYPE, versionInfo: '1', resources }), subscription));
});
