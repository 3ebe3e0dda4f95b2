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
    secrets: byName(resources['secrets'], 'name'),
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
  readonly secrets: ReadonlyMap<string, JsonObject>;
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
  inlineSecrets(copy, inline.secrets);
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

/** What is fetched by name stands where it is named. */
function inlineSecrets(copy: JsonObject, secrets: Inline['secrets']): void {
  const find = (config: JsonValue): JsonObject =>
    secrets.get((config as { name: string }).name) ?? assert.fail(`no secret ${JSON.stringify(config)}`);
  const certificates = copy['tlsCertificateSdsSecretConfigs'];
  if (Array.isArray(certificates)) {
    delete copy['tlsCertificateSdsSecretConfigs'];
    copy['tlsCertificates'] = certificates.map((config) => find(config)['tlsCertificate']!);
  }
  const combined = copy['combinedValidationContext'] as JsonObject | undefined;
  if (combined) {
    delete copy['combinedValidationContext'];
    const fetched = find(combined['validationContextSdsSecretConfig']!)['validationContext'] as JsonObject;
    copy['validationContext'] = { ...(combined['defaultValidationContext'] as JsonObject), ...fetched };
  }
}

function byName(resources: readonly JsonValue[] | undefined, field: string): Map<string, JsonObject> {
  return new Map(
    (resources ?? []).map((resource) => [String((resource as JsonObject)[field]), resource as JsonObject]),
  );
}
