import assert from 'node:assert/strict';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { DecodedResources } from './decode.js';

/**
 * A proxy's configuration as a bootstrap with nothing to be fetched: routes stand in their listeners, endpoints in their clusters,
 * and files are those of `folder`.
 */
export function staticBootstrap(id: string, resources: DecodedResources, folder: string): JsonObject {
  const inline = {
    routes: byName(resources['routes'], 'name'),
    endpoints: byName(resources['endpoints'], 'clusterName'),
    folder,
  };
  return {
    node: { id, cluster: 'test' },
    staticResources: {
      listeners: (resources['listeners'] ?? []).map((listener) => inlined(listener, inline)),
      clusters: (resources['clusters'] ?? []).map((cluster) => inlined(cluster, inline)),
    },
  };
}

interface Inline {
  readonly routes: ReadonlyMap<string, JsonObject>;
  readonly endpoints: ReadonlyMap<string, JsonObject>;
  readonly folder: string;
}

function inlined(value: JsonValue, inline: Inline): JsonValue {
  if (Array.isArray(value)) return value.map((item) => inlined(item, inline));
  if (typeof value !== 'object' || value === null) return value;
  const { rds, edsClusterConfig, filename, ...rest } = value;
  const copy: JsonObject = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [name, inlined(inner, inline)]),
  );
  if (typeof filename === 'string') copy['filename'] = `${inline.folder}/${filename}`;
  if (rds) {
    const routes = inline.routes.get((rds as { routeConfigName: string }).routeConfigName);
    copy['routeConfig'] = {
      ...(routes ?? assert.fail('a listener names routes that are not there')),
      validateClusters: false,
    };
  }
  if (edsClusterConfig) {
    copy['type'] = 'STATIC';
    const name = (edsClusterConfig as { serviceName: string }).serviceName;
    copy['loadAssignment'] = inline.endpoints.get(name) ?? assert.fail(`${name} has no load assignment`);
  }
  return copy;
}

function byName(resources: readonly JsonValue[] | undefined, field: string): Map<string, JsonObject> {
  return new Map(
    (resources ?? []).map((resource) => [String((resource as JsonObject)[field]), resource as JsonObject]),
  );
}
