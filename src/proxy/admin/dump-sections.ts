import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import {
  BootstrapConfigDumpSchema,
  SecretsConfigDumpSchema,
} from '../../xds/types/gen/envoy/admin/v3/config_dump_pb.js';
import {
  ClustersConfigDumpSchema,
  EndpointsConfigDumpSchema,
  ListenersConfigDumpSchema,
  RoutesConfigDumpSchema,
  ScopedRoutesConfigDumpSchema,
} from '../../xds/types/gen/envoy/admin/v3/config_dump_shared_pb.js';
import { BootstrapSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { TYPE_URL } from '../config/config-stream.js';
import type { JournalEntry } from '../config/resource-journal.js';
import { messageJson, resourceJson, timestamp } from './dump-json.js';
import { endpointsOf } from './endpoints-dump.js';
import type { AdminCall } from './page.js';
import { isStatic } from './static-names.js';

/** One message of a dump. */
export interface DumpSection {
  readonly desc: DescMessage;
  readonly fields: JsonObject;
}

type Wants = (name: string) => boolean;

/** All sections in Envoy's order. @param wants which names are to be in them */
export function sectionsOf(call: AdminCall, wants: Wants, withEndpoints: boolean): readonly DumpSection[] {
  return [
    { desc: BootstrapConfigDumpSchema, fields: bootstrapSection(call) },
    { desc: ClustersConfigDumpSchema, fields: clustersSection(call, wants) },
    ...(withEndpoints ? [{ desc: EndpointsConfigDumpSchema, fields: endpointsOf(call, wants) }] : []),
    { desc: ListenersConfigDumpSchema, fields: listenersSection(call, wants) },
    { desc: ScopedRoutesConfigDumpSchema, fields: {} },
    { desc: RoutesConfigDumpSchema, fields: routesSection(call, wants) },
    { desc: SecretsConfigDumpSchema, fields: secretsSection(call, wants) },
  ];
}

function bootstrapSection({ proxy }: AdminCall): JsonObject {
  const { bootstrap } = proxy;
  if (bootstrap === undefined) return {};
  const { clock, lifecycle } = proxy.context;
  const started_ms = clock.now() - (clock.monotonic_ms() - lifecycle.start_ms);
  return { bootstrap: messageJson(BootstrapSchema, bootstrap), last_updated: timestamp(started_ms) };
}

function clustersSection(call: AdminCall, wants: Wants): JsonObject {
  const { proxy } = call;
  const statics: JsonObject[] = [];
  const active: JsonObject[] = [];
  const warming: JsonObject[] = [];
  for (const entry of proxy.journal.entries(TYPE_URL.cluster)) {
    if (!wants(entry.name)) continue;
    const dump = state(TYPE_URL.cluster, 'cluster', entry);
    if (isStatic(proxy.bootstrap, 'clusters', entry.name)) statics.push(withoutVersion(dump));
    else if (proxy.clusters.get(entry.name) !== undefined)
      active.push({ ...dump, ...errorOf(TYPE_URL.cluster, entry) });
    else warming.push({ ...dump, ...errorOf(TYPE_URL.cluster, entry) });
  }
  return filled({ static_clusters: statics, dynamic_active_clusters: active, dynamic_warming_clusters: warming });
}

function listenersSection(call: AdminCall, wants: Wants): JsonObject {
  const { proxy } = call;
  const statics: JsonObject[] = [];
  const dynamic: JsonObject[] = [];
  const activeNames = new Set(proxy.listeners.listeners.map((listener) => listener.name));
  for (const entry of proxy.journal.entries(TYPE_URL.listener)) {
    if (!wants(entry.name)) continue;
    const dump = state(TYPE_URL.listener, 'listener', entry);
    if (isStatic(proxy.bootstrap, 'listeners', entry.name)) {
      statics.push(withoutVersion(dump));
      continue;
    }
    const place = activeNames.has(entry.name) ? 'active_state' : 'warming_state';
    dynamic.push({
      name: entry.name,
      ...(entry.body === undefined ? {} : { [place]: dump }),
      ...errorOf(TYPE_URL.listener, entry),
    });
  }
  return filled({ static_listeners: statics, dynamic_listeners: dynamic });
}

function routesSection(call: AdminCall, wants: Wants): JsonObject {
  const statics = inlineRoutes(call).filter(({ route_config: config }) =>
    wants(String((config as JsonObject)['name'] ?? '')),
  );
  const dynamic = call.proxy.journal
    .entries(TYPE_URL.route)
    .filter(({ name }) => wants(name))
    .map((entry) => ({ ...state(TYPE_URL.route, 'route_config', entry), ...errorOf(TYPE_URL.route, entry) }));
  return filled({ static_route_configs: statics, dynamic_route_configs: dynamic });
}

/** Routes that stand in listeners. */
function inlineRoutes({ proxy }: AdminCall): readonly JsonObject[] {
  const found: JsonObject[] = [];
  for (const { body, updated_ms } of proxy.journal.entries(TYPE_URL.listener)) {
    if (body === undefined) continue;
    collect(resourceJson(TYPE_URL.listener, body), (config) => {
      found.push({ route_config: { '@type': TYPE_URL.route, ...config }, last_updated: timestamp(updated_ms) });
    });
  }
  return found;
}

function collect(value: JsonValue, take: (config: JsonObject) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, take);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'route_config' && typeof inner === 'object' && inner !== null) take(inner as JsonObject);
    else collect(inner, take);
  }
}

function secretsSection({ proxy }: AdminCall, wants: Wants): JsonObject {
  const statics = (proxy.bootstrap?.staticResources?.secrets ?? [])
    .filter(({ name }) => wants(name))
    .map((secret) => ({
      name: secret.name,
      secret: { '@type': TYPE_URL.secret, ...messageJson(SecretSchema, secret) },
    }));
  const dynamic = proxy.journal
    .entries(TYPE_URL.secret)
    .filter(({ name }) => wants(name) && !isStatic(proxy.bootstrap, 'secrets', name))
    .map((entry) => ({
      name: entry.name,
      ...state(TYPE_URL.secret, 'secret', entry),
      ...errorOf(TYPE_URL.secret, entry),
    }));
  return filled({ static_secrets: statics, dynamic_active_secrets: dynamic });
}

function state(typeUrl: string, field: string, { version, body, updated_ms }: JournalEntry): JsonObject {
  if (body === undefined) return {};
  return {
    ...(version === '' ? {} : { version_info: version }),
    [field]: resourceJson(typeUrl, body),
    last_updated: timestamp(updated_ms),
  };
}

function withoutVersion({ version_info: _, ...rest }: JsonObject): JsonObject {
  return rest as JsonObject;
}

function errorOf(typeUrl: string, { refused }: JournalEntry): JsonObject {
  if (refused === undefined) return {};
  return {
    error_state: {
      failed_configuration: resourceJson(typeUrl, refused.body),
      last_update_attempt: timestamp(refused.at_ms),
      details: refused.details,
      ...(refused.version === '' ? {} : { version_info: refused.version }),
    },
  };
}

/** Without lists that are empty. */
export function filled(lists: Readonly<Record<string, JsonObject[]>>): JsonObject {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}
