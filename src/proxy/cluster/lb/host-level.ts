import type { Host, HostLocality } from '../host.js';

/** Envoy: a priority keeps all its traffic while 100/1.4 percent of its hosts are healthy. */
export const OVERPROVISIONING_PERCENT = 140;

/** Hosts by what they may get. */
export interface HostGroups {
  readonly hosts: readonly Host[];
  readonly healthy: readonly Host[];
  readonly degraded: readonly Host[];
  /** Not counted, neither as healthy nor as unhealthy: those whose health is not known yet, or that asked to be left out. */
  readonly excludedCount: number;
}

export interface LocalityHosts extends HostGroups {
  readonly locality: HostLocality;
  /** 0 where none is configured. */
  readonly weight: number;
}

export interface LevelPolicy {
  /** Percent. */
  readonly overprovisioning: number;
  /** A priority's health is that of its hosts by weight, not by number. */
  readonly weightedHealth: boolean;
}

export const DEFAULT_LEVEL_POLICY: LevelPolicy = {
  overprovisioning: OVERPROVISIONING_PERCENT,
  weightedHealth: false,
};

/** The hosts of one priority. */
export interface HostLevel extends HostGroups {
  readonly policy: LevelPolicy;
  /** The proxy's own locality first, if it has hosts, then by name: as Envoy orders them. */
  readonly localities: readonly LocalityHosts[];
  /** The first locality is the proxy's own. */
  readonly hasLocal: boolean;
}

/** @param own locality of the proxy */
export function levelOf(hosts: readonly Host[], policy: LevelPolicy, own: HostLocality): HostLevel {
  const byKey = new Map<string, Host[]>();
  for (const host of hosts) {
    const key = localityKey(host.locality);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [host]);
    else group.push(host);
  }
  const ownKey = localityKey(own);
  const keys = [...byKey.keys()].sort((a, b) => Number(b === ownKey) - Number(a === ownKey) || (a < b ? -1 : 1));
  const localities = keys.map((key) => localityOf(byKey.get(key)!));
  // with one locality all its groups are the level's
  const groups = localities.length === 1 ? localities[0]! : groupsOf(hosts);
  return {
    hosts,
    healthy: groups.healthy,
    degraded: groups.degraded,
    excludedCount: groups.excludedCount,
    policy,
    localities,
    hasLocal: ownKey !== NOWHERE && byKey.has(ownKey),
  };
}

/** Hosts by priority; a priority without hosts is an empty level. At least one level. */
export function levelsOf(hosts: readonly Host[], policy: LevelPolicy, own: HostLocality): readonly HostLevel[] {
  const byPriority: Host[][] = [[]];
  for (const host of hosts) {
    while (byPriority.length <= host.priority) byPriority.push([]);
    byPriority[host.priority]!.push(host);
  }
  return byPriority.map((members) => levelOf(members, policy, own));
}

/** Its parts cannot hold a NUL that would make two localities one. */
export function localityKey({ region, zone, subZone }: HostLocality): string {
  return `${region}\0${zone}\0${subZone}`;
}

const NOWHERE = localityKey({ region: '', zone: '', subZone: '' });

function localityOf(hosts: readonly Host[]): LocalityHosts {
  const [first] = hosts;
  return { ...groupsOf(hosts), locality: first!.locality, weight: first!.localityWeight };
}

function groupsOf(hosts: readonly Host[]): HostGroups {
  const healthy = hosts.filter((host) => host.healthy);
  const all = healthy.length === hosts.length;
  return {
    hosts,
    healthy: all ? hosts : healthy,
    degraded: all ? [] : hosts.filter((host) => host.degraded),
    excludedCount: all ? 0 : hosts.reduce((count, host) => count + Number(host.excluded), 0),
  };
}
