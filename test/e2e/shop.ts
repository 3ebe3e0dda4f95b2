import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mesh } from '../support/mesh.js';

/** A program that answers with its host's name and a variable, and can be told to be unready or unwell. */
const SERVER = `
const http = require('node:http');
const status = { '/healthz': 200, '/readyz': 200 };
console.log('listening');
http.createServer((request, response) => {
  if (request.url === '/unready') status['/readyz'] = 503;
  if (request.url === '/unwell') status['/healthz'] = 500;
  response.statusCode = status[request.url] ?? 200;
  response.end(require('node:os').hostname() + ' says ' + process.env.GREETING + '\\n');
}).listen(8080);
`;

export const SHOP = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: cart
        image: cart:1
        ports: [{containerPort: 8080}]
        env:
        - {name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: greeting}}}
        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        volumeMounts: [{name: settings, mountPath: /etc/settings}]
        readinessProbe: {httpGet: {path: /readyz, port: 8080}, periodSeconds: 1, failureThreshold: 1}
        livenessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 2}
      volumes: [{name: settings, configMap: {name: settings}}]
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart}
spec:
  rules:
  - host: cart.test
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: cart, port: {number: 80}}}}]}
`;

/** Builds the images `cart:1` and `cart:2`, which are alike. */
export async function buildCart(mesh: Mesh): Promise<void> {
  const folder = join(mesh.folder, 'cart');
  mkdirSync(folder);
  writeFileSync(join(folder, 'server.js'), SERVER);
  writeFileSync(
    join(folder, 'Dockerfile'),
    'FROM node:20-alpine\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  );
  const built = await mesh.trysail(['image', 'build', '-t', 'cart:1', '-t', 'cart:2', folder]);
  assert.equal(built.status, 0, built.stderr);
}
