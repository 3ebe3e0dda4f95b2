import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Scenario } from './scenario.js';
import { variable } from './variables.js';

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Begins every line of the access log that is compared. */
export const LOG_MARK = 'LOG ';
const LOG_FORMAT =
  '%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL% %RESPONSE_CODE% flags=%RESPONSE_FLAGS% ' +
  'details=%RESPONSE_CODE_DETAILS% received=%BYTES_RECEIVED% sent=%BYTES_SENT% cluster=%UPSTREAM_CLUSTER% host=%UPSTREAM_HOST% ' +
  'route=%ROUTE_NAME% attempts=%UPSTREAM_REQUEST_ATTEMPT_COUNT% failure=%UPSTREAM_TRANSPORT_FAILURE_REASON%';

/** The bootstrap that a scenario's short forms stand for; `${…}` is still in it. */
export function bootstrapOf(scenario: Scenario): JsonObject {
  const base: JsonObject = {
    node: { id: 'test-node', cluster: 'test-cluster' },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: variable('admin.port') } } },
    static_resources: { listeners: listenersOf(scenario), clusters: clustersOf(scenario) },
  };
  return withTypes(withLog(merge(base, scenario.bootstrap ?? {}), accessLogOf(scenario))) as JsonObject;
}

/** Objects are merged, all else is replaced. */
export function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `"@type": envoy.…` gets the prefix that every type has; `extensions.…` gets `envoy.` too. */
export function withTypes(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withTypes);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === '@type' ? typeUrl(String(item)) : withTypes(item)]),
  );
}

/** `${log}` stands for the access log that the runner reads. */
function withLog(value: JsonValue, log: JsonObject[]): JsonValue {
  if (value === variable('log')) return log;
  if (Array.isArray(value)) return value.map((item) => withLog(item, log));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withLog(item, log)]));
}

export function typeUrl(name: string): string {
  if (name.includes('/')) return name;
  return `type.googleapis.com/${/^(envoy|google|xds|udpa)\./.test(name) ? name : `envoy.${name}`}`;
}

function listenersOf(scenario: Scenario): JsonObject[] {
  if (scenario.listeners) return scenario.listeners.map((listener) => merge(loopback(), listener));
  const filters = [...(scenario.network_filters ?? [managerOf(scenario)])];
  const chain = merge({ filters }, scenario.filter_chain ?? {});
  return [merge({ name: 'test', ...loopback(), filter_chains: [chain] }, scenario.listener ?? {})];
}

function loopback(): JsonObject {
  return { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } };
}

function managerOf(scenario: Scenario): JsonObject {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': 'extensions.filters.http.router.v3.Router' },
  };
  const base: JsonObject = {
    '@type': HCM,
    stat_prefix: 'test',
    access_log: accessLogOf(scenario),
    http_filters: [...(scenario.http_filters ?? []), merge(router, { typed_config: scenario.router ?? {} })],
  };
  const rds = scenario.manager?.['rds'] !== undefined;
  const config = merge(rds ? base : { ...base, route_config: routesOf(scenario) }, scenario.manager ?? {});
  return { name: 'envoy.filters.network.http_connection_manager', typed_config: config };
}

function accessLogOf({ log }: Scenario): JsonObject[] {
  if (log === false) return [];
  const text = `${LOG_MARK}${log ?? LOG_FORMAT}\n`;
  const type = 'extensions.access_loggers.stream.v3.StdoutAccessLog';
  return [
    { name: 'log', typed_config: { '@type': type, log_format: { text_format_source: { inline_string: text } } } },
  ];
}

function routesOf({ virtual_hosts, virtual_host, routes, route_config, upstreams }: Scenario): JsonObject {
  const first = Object.keys(upstreams ?? {})[0] ?? 'up';
  const all = routes ?? [{ match: { prefix: '/' }, route: { cluster: first } }];
  const hosts = virtual_hosts ?? [merge({ name: 'all', domains: ['*'], routes: [...all] }, virtual_host ?? {})];
  return merge({ name: 'test', virtual_hosts: [...hosts] }, route_config ?? {});
}

/** Each upstream has a cluster of its name; `upstreams: [a, b]` in a cluster makes its endpoints. */
function clustersOf({ clusters = {}, upstreams = {} }: Scenario): JsonObject[] {
  const used = new Set(Object.values(clusters).flatMap((cluster) => (cluster['upstreams'] ?? []) as string[]));
  const own = Object.keys(upstreams).filter((name) => !(name in clusters) && !used.has(name));
  return [...own.map((name) => [name, {}] as const), ...Object.entries(clusters)].map(([name, cluster]) => {
    const { upstreams: members, http2, ...fields } = cluster as JsonObject;
    const hosts = (members as string[] | undefined) ?? (name in upstreams ? [name] : []);
    const base: JsonObject = { name, type: 'STATIC', connect_timeout: '1s' };
    if (hosts.length > 0)
      base['load_assignment'] = { cluster_name: name, endpoints: [{ lb_endpoints: hosts.map(endpointOf) }] };
    const speaksHttp2 = http2 ?? hosts.some((host) => upstreams[host]?.protocol === 'http2');
    if (speaksHttp2)
      base['typed_extension_protocol_options'] = {
        [HTTP_OPTIONS]: { '@type': HTTP_OPTIONS, explicit_http_config: { http2_protocol_options: {} } },
      };
    return merge(base, fields);
  });
}

function endpointOf(upstream: string): JsonObject {
  const socket_address = { address: variable(`${upstream}.address`), port_value: variable(`${upstream}.port`) };
  return { endpoint: { address: { socket_address } } };
}
