/** Where a tag stands in a name. */
export interface FoundTag {
  /** What is cut out of the name: the regex's first group. */
  readonly start: number;
  readonly end: number;
  /** The second group, or the first when there is one only. */
  readonly value: string;
}

/** One tag that is read out of a statistic's name. */
export interface TagExtractor {
  readonly tag: string;
  find(name: string): FoundTag | undefined;
}

export interface TaggedName {
  readonly name: string;
  readonly tags: readonly (readonly [tag: string, value: string])[];
}

const SEGMENT = '[^.]+';
/** `127.0.0.1_80`, `[__1]_80` */
const ADDRESS = '(?:\\[[_a-fA-F\\d]*\\]_\\d+|\\d+\\.\\d+\\.\\d+\\.\\d+_\\d+)';

/** `cluster.*.grpc.$.**`: `$` is the tag, `*` one segment, `**` the rest. */
function tokens(tag: string, pattern: string): TagExtractor {
  const segments = pattern.split('.');
  let source = '^';
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '$') source += `((${SEGMENT})${last ? '' : '\\.'})`;
    else if (segment === '**') source += last ? '.+' : '.+\\.';
    else source += `${segment === '*' ? SEGMENT : segment}${last ? '' : '\\.'}`;
  });
  const fixed = segments.filter((segment) => !segment.includes('*') && segment !== '$');
  return regex(tag, `${source}$`, fixed.at(-1) ?? '');
}

/** @param substring what each such name contains: most names are told apart without the regex */
function regex(tag: string, source: string, substring: string): TagExtractor {
  const pattern = new RegExp(source, 'd');
  return {
    tag: `envoy.${tag}`,
    find(name) {
      if (!name.includes(substring)) return undefined;
      const match = pattern.exec(name);
      const place = match?.indices?.[1];
      return place === undefined ? undefined : { start: place[0], end: place[1], value: match![2] ?? match![1]! };
    },
  };
}

/** Envoy's own, from specific to general: each works on what the ones before left of the name. */
export const DEFAULT_TAGS: readonly TagExtractor[] = [
  regex('response_code', '_rq(_(\\d{3}))$', '_rq_'),
  regex('response_code_class', '_rq_((\\d))xx$', '_rq_'),
  regex(
    'rbac_policy_name',
    `^http\\.${SEGMENT}\\.rbac\\.(?:${SEGMENT}\\.)?policy\\.((${SEGMENT})\\.)(?:shadow_)?(?:allowed|denied)$`,
    '.rbac.',
  ),
  tokens('grpc_bridge_method', 'cluster.*.grpc.*.$.**'),
  tokens('http_user_agent', 'http.*.user_agent.$.**'),
  tokens('virtual_cluster', 'vhost.*.vcluster.$.**'),
  tokens('route', 'vhost.*.route.$.**'),
  tokens('fault_downstream_cluster', 'http.*.fault.$.**'),
  regex('ssl_cipher', '^listener\\..*?\\.ssl\\.ciphers(\\.([\\w-]+))$', '.ssl.ciphers.'),
  regex('ssl_cipher_suite', `^cluster\\.${SEGMENT}\\.ssl\\.ciphers(\\.([\\w-]+))$`, '.ssl.ciphers.'),
  tokens('grpc_bridge_service', 'cluster.*.grpc.$.**'),
  tokens('tcp_prefix', 'tcp.$.**'),
  tokens('ratelimit_prefix', 'ratelimit.$.**'),
  tokens('cluster_name', 'cluster.$.**'),
  regex('http_conn_manager_prefix', `^listener\\..*?\\.http\\.((${SEGMENT})\\.)`, '.http.'),
  tokens('http_conn_manager_prefix', 'http.$.**'),
  regex('worker_id', `^(?:listener\\.(?:${ADDRESS}|${SEGMENT})|server)\\.worker_((\\d+)\\.)`, '.worker_'),
  regex('listener_address', `^listener\\.(?!admin\\.)((${ADDRESS}|${SEGMENT})\\.)`, 'listener.'),
  tokens('virtual_host', 'vhost.$.**'),
  regex('rds_route_config', `^http\\.${SEGMENT}\\.rds\\.((.+)\\.)\\w+?$`, '.rds.'),
  regex('rbac_http_prefix', `^http\\.${SEGMENT}\\.rbac\\.((${SEGMENT})\\.).*?`, '.rbac.'),
  tokens('ext_authz_prefix', 'http.*.ext_authz.$.**'),
  tokens('ext_authz_prefix', 'cluster.*.ext_authz.$.**'),
  tokens('connection_limit_prefix', 'connection_limit.$.**'),
  tokens('local_network_ratelimit_prefix', 'local_rate_limit.$.**'),
  tokens('local_listener_ratelimit_prefix', 'listener_local_ratelimit.$.**'),
  regex('local_http_ratelimit_prefix', `^((${SEGMENT})\\.)http_local_rate_limit\\.`, '.http_local_rate_limit.'),
  regex('health_check_name', `^cluster\\.${SEGMENT}\\.health_check(\\.name\\.(${SEGMENT}))\\..+`, '.health_check.'),
];

/** Takes tags out of a name: all are sought in the whole name, as Envoy does, then cut out. */
export function extractTags(name: string, extractors: readonly TagExtractor[]): TaggedName {
  const tags: (readonly [string, string])[] = [];
  const places: FoundTag[] = [];
  const taken = new Set<string>();
  for (const extractor of extractors) {
    const found = taken.has(extractor.tag) ? undefined : extractor.find(name);
    if (found === undefined) continue;
    taken.add(extractor.tag);
    tags.push([extractor.tag, found.value]);
    places.push(found);
  }
  return { name: cut(name, places), tags };
}

function cut(name: string, places: readonly FoundTag[]): string {
  let out = '';
  let at = 0;
  for (const { start, end } of [...places].sort((a, b) => a.start - b.start)) {
    if (start > at) out += name.slice(at, start);
    at = Math.max(at, end);
  }
  return out + name.slice(at);
}
