import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { findEnvoy, NO_ENVOY } from '../base/testing/find-envoy.js';
import { compile } from './index.js';
import { readCase } from './testing/case.js';
import { type DecodedResources, decode } from './testing/decode.js';
import { repoRoot } from './testing/repo-root.js';

const envoy = findEnvoy();
const folder = join(repoRoot(), 'src/compiler/testdata');
const scratch = mkdtempSync(join(tmpdir(), 'trysail-envoy-'));
after(() => rmSync(scratch, { recursive: true }));

for (const file of readdirSync(folder).filter((name) => name.endsWith('.in.yaml'))) {
  test(`Envoy loads what ${file} compiles to`, { skip: envoy === undefined && NO_ENVOY }, async () => {
    const { snapshot, nodes } = readCase(join(folder, file));
    for (const [index, node] of nodes.entries()) {
      const resources = decode(compile(snapshot, node) ?? assert.fail(`${node.id} is no proxy`));
      const path = join(scratch, `${file}-${index}.json`);
      writeFileSync(path, JSON.stringify(bootstrap(node.id, resources)));
      const args = ['--mode', 'validate', '--config-path', path, '--log-level', 'error', '--disable-hot-restart'];
      await promisify(execFile)(envoy!, args).catch((error: { stdout?: string; stderr?: string }) =>
        assert.fail(`Envoy refuses the configuration of ${node.id}: ${error.stdout ?? ''}${error.stderr ?? ''}`),
      );
    }
  });
}

/** The same configuration with nothing to be fetched: routes stand in their listeners, endpoints in their clusters. */
function bootstrap(id: string, resources: DecodedResources): JsonValue {
  const inline = {
    routes: byName(resources['routes'], 'name'),
    endpoints: byName(resources['endpoints'], 'clusterName'),
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
}

function inlined(value: JsonValue, inline: Inline): JsonValue {
  if (Array.isArray(value)) return value.map((item) => inlined(item, inline));
  if (typeof value !== 'object' || value === null) return value;
  const { rds, edsClusterConfig, ...rest } = value;
  const copy: JsonObject = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [name, inlined(inner, inline)]),
  );
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
