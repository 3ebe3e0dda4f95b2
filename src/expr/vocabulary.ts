import type { ValueType } from './values.js';

/** What attributes there are, and of which type. */
export interface Vocabulary {
  typeOf(name: string): ValueType | undefined;
  names(): Iterable<string>;
}

function attributesOf(type: ValueType, ...names: string[]): [string, ValueType][] {
  return names.map((name) => [name, type]);
}

/**
 * What every mesh has: the manifests `istioproxy` and `kubernetes` of Istio 0.7.1 and, from Istio's reference of attributes,
 * the names that its later releases gave the same things.
 */
export const ISTIO_ATTRIBUTES: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ...attributesOf(
    'STRING',
    ...['origin.uid', 'origin.user', 'origin.name', 'origin.namespace', 'origin.service', 'origin.serviceAccount'],
    ...['source.uid', 'source.user', 'source.name', 'source.namespace', 'source.service', 'source.serviceAccount'],
    ...['source.domain', 'source.principal', 'source.owner'],
    ...['source.workload.uid', 'source.workload.name', 'source.workload.namespace'],
    ...['destination.uid', 'destination.user', 'destination.name', 'destination.namespace', 'destination.service'],
    ...['destination.serviceAccount', 'destination.domain', 'destination.principal', 'destination.owner'],
    ...['destination.service.name', 'destination.service.namespace', 'destination.service.host'],
    ...['destination.service.uid', 'destination.container.name', 'destination.container.image'],
    ...['destination.workload.uid', 'destination.workload.name', 'destination.workload.namespace'],
    ...['request.id', 'request.host', 'request.method', 'request.path', 'request.reason', 'request.referer'],
    ...['request.scheme', 'request.useragent', 'request.url_path', 'request.api_key'],
    ...['request.auth.principal', 'request.auth.audiences', 'request.auth.presenter'],
    ...['response.grpc_status', 'response.grpc_message'],
    ...['connection.id', 'connection.event', 'connection.requested_server_name'],
    ...['context.protocol', 'context.reporter.kind', 'context.reporter.uid', 'context.proxy_error_code'],
    ...['api.service', 'api.version', 'api.operation', 'api.protocol'],
    ...['check.error_message', 'quota.cache_hit.name'],
  ),
  ...attributesOf('IP_ADDRESS', 'origin.ip', 'source.ip', 'destination.ip'),
  ...attributesOf('STRING_MAP', 'origin.labels', 'source.labels', 'destination.labels'),
  ...attributesOf('STRING_MAP', 'request.headers', 'response.headers', 'request.auth.raw_claims'),
  ...attributesOf('INT64', 'source.port', 'destination.port', 'request.size', 'request.total_size'),
  ...attributesOf('INT64', 'response.code', 'response.size', 'response.total_size', 'check.error_code'),
  ...attributesOf('INT64', 'connection.received.bytes', 'connection.received.bytes_total'),
  ...attributesOf('INT64', 'connection.sent.bytes', 'connection.sent.bytes_total'),
  ...attributesOf('TIMESTAMP', 'request.time', 'response.time', 'context.time', 'context.timestamp'),
  ...attributesOf('DURATION', 'response.duration', 'connection.duration'),
  ...attributesOf('BOOL', 'connection.mtls', 'check.cache_hit', 'quota.cache_hit'),
]);

/** Istio's attributes and those of a mesh's own manifests, which may also give one of Istio's another type. */
export function vocabularyOf(own: ReadonlyMap<string, ValueType> = new Map()): Vocabulary {
  if (own.size === 0) return { typeOf: (name) => ISTIO_ATTRIBUTES.get(name), names: () => ISTIO_ATTRIBUTES.keys() };
  const all = new Map([...ISTIO_ATTRIBUTES, ...own]);
  return { typeOf: (name) => all.get(name), names: () => all.keys() };
}

/** What Mixer's adapter kubernetesenv gives of a pod. */
const POD_OUTPUTS: readonly (readonly [string, ValueType])[] = [
  ['pod_ip', 'IP_ADDRESS'],
  ['pod_name', 'STRING'],
  ['labels', 'STRING_MAP'],
  ['namespace', 'STRING'],
  ['service', 'STRING'],
  ['service_account_name', 'STRING'],
  ['host_ip', 'IP_ADDRESS'],
];

/** The names that the attribute bindings of a `kubernetes` instance may use: `$out.source_labels` … */
export const KUBERNETES_OUTPUTS: ReadonlyMap<string, ValueType> = new Map(
  ['source', 'destination', 'origin'].flatMap((side) =>
    POD_OUTPUTS.map(([output, type]): [string, ValueType] => [`$out.${side}_${output}`, type]),
  ),
);

/** A vocabulary with more names, which come first. */
export function extended(vocabulary: Vocabulary, more: ReadonlyMap<string, ValueType>): Vocabulary {
  return {
    typeOf: (name) => more.get(name) ?? vocabulary.typeOf(name),
    names: () => [...more.keys(), ...vocabulary.names()],
  };
}
