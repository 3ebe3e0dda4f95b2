import { createRegistry } from '@bufbuild/protobuf';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { ResourceSchema } from '../../xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPES } from './registry.js';

/** Every message that may stand in an Any of a file: those of a configuration, and the resources themselves. */
export const BOOTSTRAP_TYPES = createRegistry(
  TYPES,
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  ResourceSchema,
  RouteConfigurationSchema,
  SecretSchema,
);
