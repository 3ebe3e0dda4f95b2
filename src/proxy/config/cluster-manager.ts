import { create } from '@bufbuild/protobuf';
import {
  type Cluster as ClusterConfig,
  ClusterSchema,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ConfigSource } from '../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { membershipOf } from '../cluster/assignment.js';
import { Cluster } from '../cluster/cluster.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { EdsDiscovery } from '../cluster/discovery/eds-discovery.js';
import type { LocalCluster } from '../cluster/lb/zone-routing.js';
import type { ProxyContext } from '../context.js';
import type { Gauge } from '../stats/metrics.js';
import { TYPE_URL } from './config-stream.js';
import { decode } from './decode.js';
import type { ConfigSources } from './sources/config-sources.js';

interface Entry {
  readonly version: string;
  /** As it came. */
  readonly body: Uint8Array;
  readonly cluster: Cluster;
  readonly eds: EdsDiscovery | undefined;
  /** The name under which EDS knows its endpoints. */
  readonly edsName: string | undefined;
  readonly edsSource: ConfigSource | undefined;
}

/** The clusters of one logical proxy. A changed cluster takes the old one's place when its hosts are known. */
export class ClusterManager implements ClusterLookup {
  private readonly active = new Map<string, Entry>();
  private readonly warming = new Map<string, Entry>();
  /** The latest of each wanted name: a changed cluster begins with it, as the control plane does not send it again. */
  private readonly assignments = new Map<string, ClusterLoadAssignment>();
  private readonly activeGauge: Gauge;
  private readonly warmingGauge: Gauge;
  /** The proxies' own cluster, by which zones are looked at. */
  private readonly local: LocalCluster | undefined;

  constructor(
    private readonly context: ProxyContext,
    private readonly sources: ConfigSources,
    /** Called when a cluster became ready. */
    private readonly onReady: () => void,
    /** Name of the proxies' own cluster; '' for none. */
    private readonly localName: string,
  ) {
    this.activeGauge = context.stats.gauge('cluster_manager.active_clusters');
    this.warmingGauge = context.stats.gauge('cluster_manager.warming_clusters');
    this.local = localName === '' ? undefined : { level: () => this.get(localName)?.levels[0] };
  }

  get(name: string): Cluster | undefined {
    return this.active.get(name)?.cluster;
  }

  has(name: string): boolean {
    return this.active.has(name) || this.warming.has(name);
  }

  get clusters(): readonly Cluster[] {
    return [...this.active.values()].map((entry) => entry.cluster);
  }

  get warmingCount(): number {
    return this.warming.size;
  }

  /** Whether every cluster that is known has its hosts. */
  get settled(): boolean {
    return this.warming.size === 0;
  }

  /** @throws ConfigError */
  set(name: string, version: string, body: Uint8Array): void {
    const known = this.warming.get(name) ?? this.active.get(name);
    // A file has no version of its own, and a control plane that began anew may count from one again.
    if (known?.version === version && Buffer.compare(known.body, body) === 0) return;
    const config = decode(ClusterSchema, body);
    const entry = this.make(config, version, body);
    this.warming.get(name)?.cluster.destroy();
    this.warming.set(name, entry);
    this.onChange();
    entry.cluster.start(() => this.activate(name, entry));
    const assignment = entry.edsName === undefined ? undefined : this.assignments.get(entry.edsName);
    if (assignment !== undefined) entry.eds!.onAssignment(assignment);
  }

  remove(name: string): void {
    for (const map of [this.warming, this.active]) {
      map.get(name)?.cluster.retire();
      map.delete(name);
    }
    this.onChange();
  }

  /** @throws ConfigError */
  setAssignment(name: string, body: Uint8Array): void {
    const assignment = decode(ClusterLoadAssignmentSchema, body);
    membershipOf(assignment, '');
    this.assignments.set(name, assignment);
    for (const map of [this.warming, this.active]) {
      for (const entry of [...map.values()]) {
        if (entry.edsName !== name) continue;
        entry.cluster.stats.counters.update_success.value++;
        entry.eds!.onAssignment(assignment);
      }
    }
  }

  /** An assignment does not come: clusters that wait for it begin without hosts. */
  giveUp(edsName: string): void {
    const none = create(ClusterLoadAssignmentSchema, { clusterName: edsName });
    for (const entry of [...this.warming.values()]) if (entry.edsName === edsName) entry.eds!.onAssignment(none);
  }

  destroy(): void {
    for (const map of [this.warming, this.active]) {
      for (const { cluster } of map.values()) cluster.destroy();
      map.clear();
    }
  }

  private activate(name: string, entry: Entry): void {
    if (this.warming.get(name) !== entry) return;
    this.warming.delete(name);
    const old = this.active.get(name);
    this.active.set(name, entry);
    old?.cluster.retire();
    this.onChange();
    this.onReady();
  }

  private make(config: ClusterConfig, version: string, body: Uint8Array): Entry {
    const cluster = new Cluster(this.context, config, config.name === this.localName ? undefined : this.local);
    const { eds } = cluster;
    if (eds === undefined) return { version, body, cluster, eds, edsName: undefined, edsSource: undefined };
    const edsSource = config.edsClusterConfig?.edsConfig;
    this.sources.check(edsSource, 'eds_cluster_config.eds_config');
    return { version, body, cluster, eds, edsName: config.edsClusterConfig?.serviceName || config.name, edsSource };
  }

  private onChange(): void {
    this.activeGauge.set(this.active.size);
    this.warmingGauge.set(this.warming.size);
    this.publishEdsNames();
  }

  private publishEdsNames(): void {
    const names = new Map<string, ConfigSource | undefined>();
    for (const map of [this.active, this.warming]) {
      for (const { edsName, edsSource } of map.values()) if (edsName !== undefined) names.set(edsName, edsSource);
    }
    for (const name of this.assignments.keys()) if (!names.has(name)) this.assignments.delete(name);
    this.sources.want(TYPE_URL.endpoint, names);
  }
}
