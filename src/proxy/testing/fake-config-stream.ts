import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import type { Verdict } from '../../xds/client/update.js';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { type ConfigConsumer, type ConfigStream, TYPE_URL } from '../config/config-stream.js';
import { TYPES } from '../config/registry.js';

const SCHEMAS = {
  cluster: ClusterSchema,
  endpoint: ClusterLoadAssignmentSchema,
  listener: ListenerSchema,
  route: RouteConfigurationSchema,
} as const;

/** A control plane in the test's hands. */
export class FakeConfigStream implements ConfigStream {
  readonly wanted = new Map<string, readonly string[] | 'all'>();
  closed = false;
  private consumer: ConfigConsumer | undefined;
  private version = 0;

  start(consumer: ConfigConsumer): void {
    this.consumer = consumer;
  }

  subscribe(typeUrl: string, names: readonly string[] | 'all'): void {
    this.wanted.set(typeUrl, names);
  }

  close(): void {
    this.closed = true;
  }

  /** @param yamls one message each, by its JSON names */
  send(kind: keyof typeof SCHEMAS, ...yamls: readonly string[]): Verdict {
    const schema = SCHEMAS[kind];
    const resources = yamls.map((yaml) => {
      const json = parse(yaml) as Record<string, JsonValue>;
      const body = toBinary(schema, fromJson(schema, json, { registry: TYPES }));
      return { name: String(json['name'] ?? json['cluster_name']), version: String(++this.version), body };
    });
    return this.consumer!.onUpdate({ typeUrl: TYPE_URL[kind], resources, removed: [] });
  }

  remove(kind: keyof typeof SCHEMAS, ...names: readonly string[]): Verdict {
    return this.consumer!.onUpdate({ typeUrl: TYPE_URL[kind], resources: [], removed: names });
  }
}
