import type { VirtualCluster, VirtualHost } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { ConfigError } from '../errors.js';
import { compileHeaderMatchers, type RequestHeaders } from '../matching/header-matcher.js';
import { CodeStats } from '../stats/code-stats.js';
import type { Counter } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = ['upstream_rq_total', 'upstream_rq_timeout'] as const;

/** Statistics of a part of a virtual host's requests. */
export class RequestGroup {
  readonly codes: CodeStats;
  readonly counters: Readonly<Record<(typeof COUNTERS)[number], Counter>>;

  /** @param prefix `vhost.HOST.route.PREFIX` or `vhost.HOST.vcluster.NAME` */
  constructor(
    /** As `%VIRTUAL_CLUSTER_NAME%` says it; '' for a route's. */
    readonly name: string,
    stats: StatsStore,
    prefix: string,
  ) {
    this.codes = new CodeStats(stats, `${prefix}.upstream_rq`, { byCode: true, completed: true });
    const counter = (what: string): Counter => stats.counter(`${prefix}.${what}`);
    this.counters = {
      upstream_rq_total: counter('upstream_rq_total'),
      upstream_rq_timeout: counter('upstream_rq_timeout'),
    };
  }
}

/** Finds the group of a request, the first that fits, else `other`. */
export type FindGroup = (request: RequestHeaders) => RequestGroup;

/** @returns undefined when the virtual host has none, or nobody counts @throws ConfigError */
export function compileVirtualClusters(
  { name: host, virtualClusters }: VirtualHost,
  stats: StatsStore | undefined,
  path: string,
): FindGroup | undefined {
  if (virtualClusters.length === 0 || stats === undefined) return undefined;
  const groups = virtualClusters.map((config, i) => ({
    matches: matcherOf(config, `${path}.virtual_clusters[${i}]`),
    group: new RequestGroup(config.name, stats, `vhost.${host}.vcluster.${config.name}`),
  }));
  const other = new RequestGroup('other', stats, `vhost.${host}.vcluster.other`);
  return (request) => groups.find(({ matches }) => matches(request))?.group ?? other;
}

function matcherOf({ name, headers }: VirtualCluster, path: string): (request: RequestHeaders) => boolean {
  if (name === '') throw new ConfigError(`${path}.name`, 'value length must be at least 1 characters');
  if (headers.length === 0) throw new ConfigError(`${path}.headers`, 'virtual clusters must define headers');
  const matchers = compileHeaderMatchers(headers, `${path}.headers`);
  return (request) => matchers.every((matches) => matches(request));
}
