import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { SeededRandom } from '../../../base/random.js';
import { ClusterZone } from '../../dns/cluster-zone.js';
import type { Forwarder } from '../../dns/forwarder.js';
import { DnsResponder } from '../../dns/responder.js';
import type { ContainerSpec, SandboxSpec } from '../driver.js';
import { ProcessDriver } from './process-driver.js';

/** A driver whose pods know the given names; all of it goes away with the test. */
export async function startDriver(
  t: TestContext,
  names: Readonly<Record<string, string>> = {},
): Promise<ProcessDriver> {
  const stateDir = await temporaryFolder(t);
  const driver = new ProcessDriver({ stateDir, dns: responder(names), ...SERVICES });
  await driver.start();
  t.after(() => driver.stop());
  return driver;
}

export const SERVICES = { serviceRange: '10.96.0.0/12', random: new SeededRandom(1) };

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A root file system with the given files at their paths. */
export async function rootfsWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}

export function sandboxSpec(overrides: Partial<SandboxSpec> = {}): SandboxSpec {
  return {
    uid: `uid-${process.pid}-${Math.random().toString(36).slice(2)}`,
    namespace: 'default',
    name: 'pod-1',
    hostname: 'pod-1',
    hostAliases: [],
    captured: true,
    ports: [8080],
    dns: { nameservers: [], searches: ['default.svc.cluster.local', 'svc.cluster.local'], ndots: 5 },
    ...overrides,
  };
}

export function containerSpec(argv: readonly string[], overrides: Partial<ContainerSpec> = {}): ContainerSpec {
  return { name: 'app', argv, env: {}, workingDir: '/', mounts: [], ...overrides };
}

export async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** A listener that gives the bytes of its first connection so far as they came within one turn. */
export async function capture(t: TestContext, address: string, port: number): Promise<() => Promise<Buffer>> {
  const server = net.createServer();
  server.listen(port, address);
  await once(server, 'listening');
  t.after(() => server.close());
  return async () => {
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    socket.on('error', () => {});
    const chunks: Buffer[] = [];
    while (Buffer.concat(chunks).length <= 28) chunks.push(((await once(socket, 'data')) as [Buffer])[0]);
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\ncaptured');
    return Buffer.concat(chunks);
  };
}

/** Knows services (`reviews.default`) and, as the world outside, all other names. */
export function responder(names: Readonly<Record<string, string>>): DnsResponder {
  const directory = {
    service: (namespace: string, name: string) => {
      const clusterIP = names[`${name}.${namespace}`];
      return clusterIP === undefined ? undefined : { namespace, name, clusterIP, ports: [], endpoints: [] };
    },
    hasNamespace: () => true,
    serviceAt: () => undefined,
    endpointsAt: () => [],
  };
  const forwarder: Forwarder = {
    resolve: async (name, type) => {
      const data = names[name];
      if (data === undefined || type !== 'A') return { kind: 'no-name' };
      return { kind: 'records', answers: [{ type: 'A', name, data, ttl: 5 }] };
    },
  };
  return new DnsResponder(new ClusterZone(directory), forwarder);
}
