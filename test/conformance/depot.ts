import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../support/command.js';
import { eventually } from '../support/load.js';
import type { Mesh } from '../support/mesh.js';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const READY_MS = 30_000;

/** Says its version and what reached it; fails the first two requests of each x-key to /flaky, and takes its time on /late. */
const SERVER = `
const http = require('node:http');
const { VERSION } = process.env;
const tries = new Map();
http.createServer((request, response) => {
  const fields = { ...request.headers };
  // For a caller on a loopback address Envoy names the machine's own address, whichever that is.
  fields['x-forwarded-for'] &&= fields['x-forwarded-for'].split(',').length + ' addresses';
  const headers = Object.entries(fields).map(([name, value]) => name + ': ' + value).sort();
  const answer = () => response.end([VERSION, request.method + ' ' + request.url, ...headers].join('\\n'));
  response.setHeader('x-version', VERSION);
  const key = request.headers['x-key'];
  tries.set(key, (tries.get(key) ?? 0) + 1);
  if (request.url === '/flaky' && tries.get(key) < 3) response.statusCode = 503;
  if (request.url === '/late') setTimeout(answer, 1500);
  else answer();
}).listen(8080);
`;

const deployment = (version: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: parcels-${version}, namespace: depot }
spec:
  replicas: 1
  selector: { matchLabels: { app: parcels, version: ${version} } }
  template:
    metadata: { labels: { app: parcels, version: ${version} } }
    spec:
      containers:
        - name: parcels
          image: depot/parcels:1
          env: [{ name: VERSION, value: ${version} }]
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
`;

const MANIFESTS = `
apiVersion: v1
kind: Namespace
metadata: { name: depot, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Service
metadata: { name: parcels, namespace: depot }
spec: { selector: { app: parcels }, ports: [{ name: http, port: 8080 }] }
---${deployment('v1')}---${deployment('v2')}`;

/** Lets rules name the two versions. */
export const SUBSETS = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: parcels, namespace: depot }
spec:
  host: parcels
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
`;

/** A service `parcels` of two versions in the namespace `depot`, each pod with its sidecar, in a mesh of the test's own. */
export class Depot {
  constructor(private readonly mesh: Mesh) {}

  async deploy(): Promise<void> {
    const context = join(this.mesh.folder, 'parcels');
    mkdirSync(context);
    writeFileSync(join(context, 'server.js'), SERVER);
    writeFileSync(join(context, 'Dockerfile'), 'FROM node:20-alpine\nCOPY server.js /\nCMD ["node", "/server.js"]\n');
    const built = await this.mesh.trysail(['image', 'build', '-t', 'depot/parcels:1', context]);
    assert.equal(built.status, 0, built.stderr);
    await this.apply(MANIFESTS);
    await eventually('both versions are ready', READY_MS, async () => {
      const pods = await this.kubectl(['get', 'pods', '-n', 'depot', '--no-headers']);
      if ((pods.match(/\s2\/2\s+Running/g) ?? []).length === 2) return true;
      throw new Error(pods);
    });
  }

  async apply(yaml: string): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], yaml);
  }

  /** @param selector `version=v1` */
  podIP(namespace: string, selector: string): Promise<string> {
    return this.kubectl(['get', 'pods', '-n', namespace, '-l', selector, '-o', 'jsonpath={.items[0].status.podIP}']);
  }

  clusterIP(): Promise<string> {
    return this.kubectl(['get', 'service', '-n', 'depot', 'parcels', '-o', 'jsonpath={.spec.clusterIP}']);
  }

  private async kubectl(args: readonly string[], input?: string): Promise<string> {
    const env = { ...this.mesh.env, KUBECONFIG: this.mesh.status.kubeconfig };
    const result = await command('kubectl', args, { env, ...(input === undefined ? {} : { input }) });
    assert.equal(result.status, 0, `kubectl ${args.join(' ')}\n${result.stderr}`);
    return result.stdout.trim();
  }
}
