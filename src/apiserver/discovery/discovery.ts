import { apiVersionOf } from '../../resources/object.js';
import type { JsonObject } from '../json.js';
import type { GroupVersions, KindTable } from '../kind-table.js';
import { aggregatedResource, apiResources } from './resources.js';

/** `/api` */
export function coreVersions(kinds: KindTable, serverAddress: string): JsonObject {
  const core = kinds.groups().find(({ group }) => group === '');
  return {
    kind: 'APIVersions',
    versions: core?.versions ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis` */
export function groupList(kinds: KindTable): JsonObject {
  const groups = kinds.groups().filter(({ group }) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupEntry) };
}

/** `/apis/GROUP`; undefined where nothing is served under that name. */
export function groupOf(kinds: KindTable, name: string): JsonObject | undefined {
  const found = kinds.groups().find(({ group }) => group === name);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(found) };
}

function groupEntry({ group, versions }: GroupVersions): JsonObject {
  const entries = versions.map((version) => ({ groupVersion: apiVersionOf(group, version), version }));
  return { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION`; undefined where there is no such version. */
export function resourceList(kinds: KindTable, group: string, version: string): JsonObject | undefined {
  const served = kinds.served(group, version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: served.flatMap(apiResources),
  };
}

/** `/api` and `/apis` as kubectl asks for them: everything in two requests. */
export function aggregated(kinds: KindTable, core: boolean, apiVersion: string): JsonObject {
  const groups = kinds.groups().filter(({ group }) => (group === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map((version) => ({
        version,
        resources: kinds.served(group, version).map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}
