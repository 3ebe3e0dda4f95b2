import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mesh } from '../support/mesh.js';

/** Says who it is: over HTTP on 8080 and 8081, in lines over TCP on 9000, and unasked, as databases do, on 9001. */
const SERVER = `
const http = require('node:http');
const net = require('node:net');
const name = process.env.NAME;
const answer = (request, response) => response.end(name + ' ' + request.method + ' ' + request.url + '\\n');
http.createServer(answer).listen(8080);
http.createServer(answer).listen(8081);
net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => socket.write(name + ' got ' + data));
}).listen(9000);
net.createServer((socket) => {
  socket.on('error', () => {});
  socket.write('welcome to ' + name + '\\n');
}).listen(9001);
`;

/** Two versions of `cart`, and one of `stock`. */
export const WORKLOADS = ['cart-v1', 'cart-v2', 'stock-v1']
  .map((name) => {
    const [app, version] = name.split('-');
    return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${app}, version: ${version}}}
  template:
    metadata: {labels: {app: ${app}, version: ${version}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: ${app}
        image: speaker:1
        env: [{name: NAME, value: ${name}}]
        readinessProbe: {tcpSocket: {port: 9000}, periodSeconds: 1}
`;
  })
  .join('---');

export const SERVICES = ['cart', 'stock']
  .map(
    (app) => `
apiVersion: v1
kind: Service
metadata: {name: ${app}}
spec:
  selector: {app: ${app}}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: anything, port: 8081}
  - {name: tcp-lines, port: 9000}
  - {name: mysql, port: 3306, targetPort: 9001}
  - {name: some-lines, port: 9002, targetPort: 9000}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${app}}
spec: {host: ${app}, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
`,
  )
  .join('---');

/** Builds `speaker:1`. */
export async function buildSpeaker(mesh: Mesh): Promise<void> {
  const folder = join(mesh.folder, 'speaker');
  mkdirSync(folder);
  writeFileSync(join(folder, 'server.js'), SERVER);
  writeFileSync(
    join(folder, 'Dockerfile'),
    'FROM node:20-alpine\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  );
  const built = await mesh.trysail(['image', 'build', '-t', 'speaker:1', folder]);
  assert.equal(built.status, 0, built.stderr);
}

/** Node source that prints the status, some headers and the text of an answer. */
export function fetching(url: string, init: object = {}): string {
  return `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(async (answer) => console.log(JSON.stringify({
    status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() })));`;
}

/** Node source that sends a line over TCP (nothing where it is empty) and prints what comes first. */
export function talking(host: string, port: number, line: string): string {
  return `const socket = require('node:net').connect(${port}, ${JSON.stringify(host)}, () => socket.write(${JSON.stringify(line)}));
socket.once('data', (data) => { console.log(String(data).trim()); socket.destroy(); });
socket.once('close', () => console.log('closed'));
socket.once('error', (error) => console.log(error.code));`;
}

/** Node source that asks the ingress gateway for a host in TLS and prints status and text, or why there was none. */
export function fetchingTls(host: string, files: { ca: string; cert?: string; key?: string }): string {
  return `const request = require('node:https').request({ host: 'istio-ingressgateway.istio-system', port: 443,
    servername: ${JSON.stringify(host)}, headers: { host: ${JSON.stringify(host)} }, agent: false, ...${JSON.stringify(files)} }, (answer) => {
    let text = ''; answer.on('data', (data) => { text += data; }); answer.on('end', () => console.log(answer.statusCode + ' ' + text.trim())); });
request.on('error', (error) => console.log(error.code)); request.end();`;
}
