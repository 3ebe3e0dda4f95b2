import { toJson } from '@bufbuild/protobuf';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { TYPES } from '../config/registry.js';
import type { LogicalProxy } from '../logical-proxy.js';

const DUMP = 'type.googleapis.com/envoy.admin.v3';
const CONFIG = 'type.googleapis.com/envoy.config';

/** `/config_dump` in Envoy's shape: what is active now. */
export function renderConfigDump(proxy: LogicalProxy): string {
  const options = { registry: TYPES, useProtoFieldName: true };
  const typed = (type: string, message: unknown): unknown => ({ '@type': `${CONFIG}.${type}`, ...(message as object) });
  return JSON.stringify(
    {
      configs: [
        {
          '@type': `${DUMP}.ClustersConfigDump`,
          dynamic_active_clusters: proxy.clusters.clusters.map(({ config }) => ({
            cluster: typed('cluster.v3.Cluster', toJson(ClusterSchema, config, options)),
          })),
        },
        {
          '@type': `${DUMP}.ListenersConfigDump`,
          dynamic_listeners: proxy.listeners.listeners.map(({ name, config }) => ({
            name,
            active_state: { listener: typed('listener.v3.Listener', toJson(ListenerSchema, config, options)) },
          })),
        },
        {
          '@type': `${DUMP}.RoutesConfigDump`,
          dynamic_route_configs: proxy.routes.tables.map(({ config }) => ({
            route_config: typed('route.v3.RouteConfiguration', toJson(RouteConfigurationSchema, config, options)),
          })),
        },
      ],
    },
    undefined,
    1,
  );
}
