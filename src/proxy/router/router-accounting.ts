import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { HttpStream } from '../http/http-stream.js';
import type { RequestGroup } from '../route/virtual-cluster.js';

/** Under which outlier detection takes what came too late. */
const GATEWAY_TIMEOUT = 504;

/** What the cluster's statistics and outlier detection are told of one request's attempts. */
export class RouterAccounting {
  constructor(
    private readonly cluster: Cluster,
    private readonly internal: boolean,
    /** What else counts the request: its route and virtual cluster, where they do. */
    private readonly groups: readonly RequestGroup[],
  ) {
    for (const { counters } of groups) counters.upstream_rq_total.value++;
  }

  /** An answer's head came and is taken. */
  taken(took_ms: number): void {
    this.cluster.stats.answered(took_ms, this.internal);
  }

  /** An answer's head came. */
  answer(host: Host, status: number): void {
    const { outlier } = this.cluster;
    if (outlier !== undefined) {
      outlier.onStatus(host, status);
      outlier.onLocalOrigin(host, true, status);
    }
    if (status >= 500) host.requestErrors++;
    else host.requestSuccesses++;
  }

  /** An attempt was reset by the upstream. */
  reset(host: Host, protocolError: boolean): void {
    this.cluster.outlier?.onLocalOrigin(host, false, protocolError ? 502 : 503);
    host.requestErrors++;
  }

  /** One attempt took too long. */
  perTryTimeout(host: Host): void {
    this.cluster.stats.counters.upstream_rq_per_try_timeout.value++;
    this.late(host);
  }

  /** The whole request took too long. @param host of an attempt that had no answer yet */
  timeout(host: Host | undefined): void {
    this.cluster.stats.counters.upstream_rq_timeout.value++;
    for (const { counters } of this.groups) counters.upstream_rq_timeout.value++;
    if (host !== undefined) this.late(host);
  }

  /** An attempt was answered so, and is tried again. */
  retried(status: number): void {
    this.cluster.stats.retryCodes.charge(status);
  }

  /** What the client gets. */
  status(status: number): void {
    const { stats } = this.cluster;
    stats.counters.upstream_rq_completed.value++;
    stats.codes.charge(status);
    if (this.internal) stats.internalCodes.charge(status);
    else stats.externalCodes.charge(status);
    for (const { codes } of this.groups) codes.charge(status);
  }

  private late(host: Host): void {
    host.requestTimeouts++;
    host.requestErrors++;
    this.cluster.outlier?.onLocalOrigin(host, false, GATEWAY_TIMEOUT);
  }
}

const NO_GROUPS: readonly RequestGroup[] = [];

/** The groups that a request belongs to; notes the virtual cluster's name. */
export function groupsOf(stream: HttpStream): readonly RequestGroup[] {
  const { virtualHost, group } = stream.route!;
  if (virtualHost.groupOf === undefined) return group === undefined ? NO_GROUPS : [group];
  const virtualCluster = virtualHost.groupOf(stream);
  stream.virtualClusterName = virtualCluster.name;
  return group === undefined ? [virtualCluster] : [virtualCluster, group];
}
