import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '@bufbuild/protobuf';
import { bootstrapOf, withTypes } from './bootstrap.js';
import type { Certificates } from './certificates.js';
import { open } from './clients/connect.js';
import { Http1Client } from './clients/http1.js';
import { Http2Client } from './clients/http2.js';
import { type AdsResources, ControlPlane } from './control-plane.js';
import { type Normalise, normaliser } from './normalise.js';
import type { MakeBootstrap, RunningProxy } from './proxies.js';
import type { ConnectionSpec, Scenario } from './scenario.js';
import { startUpstream } from './upstreams/start.js';
import type { Upstream } from './upstreams/upstream.js';
import { substitute, type Variables } from './variables.js';

export type Client = Http1Client | Http2Client;
export type StartProxy = (make: MakeBootstrap, folder: string) => Promise<RunningProxy>;

/** One proxy with all that it needs: upstreams, control plane, files, clients. Each scenario has two of them. */
export class World {
  readonly upstreams = new Map<string, Upstream>();
  readonly background = new Map<string, Promise<unknown>>();
  readonly normalise: Normalise;
  private readonly controlPlane = new ControlPlane();
  private readonly clients = new Map<string, Client>();
  private readonly unnamed = new Set<Http1Client | Http2Client>();
  private proxy: RunningProxy | undefined;
  private listeners = new Map<string, number>();

  constructor(
    readonly scenario: Scenario,
    readonly certificates: Certificates,
    private readonly folder: string,
  ) {
    mkdirSync(folder, { recursive: true });
    this.normalise = normaliser(() => this.ports(), scenario.mask ?? {}, folder);
  }

  /** @throws Refused when the proxy does not take its configuration */
  async start(start: StartProxy): Promise<void> {
    const { upstreams = {}, files = {}, ads } = this.scenario;
    for (const [name, spec] of Object.entries(upstreams)) {
      this.upstreams.set(name, await startUpstream(name, spec ?? {}, this.certificates));
    }
    if (ads !== undefined) await this.controlPlane.start();
    for (const [name, content] of Object.entries(files)) this.writeFile(name, content);
    if (ads !== undefined) this.publish(ads);
    this.proxy = await start((adminPort) => this.fill(bootstrapOf(this.scenario), adminPort), this.folder);
  }

  async close(): Promise<void> {
    for (const client of [...this.clients.values(), ...this.unnamed]) drop(client);
    await this.proxy?.close();
    await this.controlPlane.stop();
    await Promise.all([...this.upstreams.values()].map((upstream) => upstream.stop()));
  }

  logs(): readonly string[] {
    return this.proxy!.logs();
  }

  upstream(name: string): Upstream {
    const found = this.upstreams.get(name);
    if (found === undefined) throw new Error(`no upstream ${name}`);
    return found;
  }

  /** Replaces `${…}`. */
  fill<T>(value: T, adminPort = 0): T {
    return substitute(value, this.variables(adminPort));
  }

  /** A file of the scenario, put in place at once: Envoy watches for moves. */
  writeFile(name: string, content: JsonValue): void {
    const filled = withTypes(this.fill(content));
    const text = typeof filled === 'string' ? filled : JSON.stringify(filled);
    const path = join(this.folder, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    this.listeners.clear();
  }

  /** Empty while it is not there. */
  readFile(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  publish(resources: AdsResources): void {
    this.controlPlane.set(withTypes(this.fill(resources as JsonValue)) as unknown as AdsResources);
    this.listeners.clear();
  }

  stopControlPlane(): Promise<void> {
    return this.controlPlane.stop();
  }

  startControlPlane(): Promise<void> {
    return this.controlPlane.start();
  }

  async admin(path: string, method = 'GET'): Promise<{ status: number; type: string; body: string }> {
    const response = await fetch(`http://127.0.0.1:${this.proxy!.adminPort}${path}`, { method });
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
  }

  /** An admin page as it is compared. */
  async page(path: string, method?: string): Promise<{ status: number; type: string; body: string }> {
    const page = await this.admin(this.fill(path), method);
    return { ...page, body: this.normalise(page.body) };
  }

  async stat(name: string): Promise<number> {
    const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const { body } = await this.admin(`/stats?filter=${encodeURIComponent(`^${pattern}$`)}`);
    return Number(/: (\d+)\s*$/.exec(body)?.[1] ?? 0);
  }

  /** A connection for a step: the one of its name, or a new one. @param talks it carries bytes, not requests */
  async client(spec: ConnectionSpec, talks = false): Promise<Client> {
    const kept = spec.connection === undefined ? undefined : this.clients.get(spec.connection);
    if (kept?.isOpen) return kept;
    const port = await this.listenerPort(spec.listener);
    const { socket, tls } = await open(port, this.fill(spec), this.certificates);
    const http2 = !talks && (spec.protocol === 'http2' || tls?.alpn === 'h2');
    const client = http2 ? new Http2Client(socket) : new Http1Client(socket);
    if (tls !== undefined) TLS_OF.set(client, tls);
    if (spec.connection === undefined) this.unnamed.add(client);
    else this.clients.set(spec.connection, client);
    return client;
  }

  /** A connection of the step's own comes to its end with it. */
  done(spec: ConnectionSpec, client: Client): void {
    if (spec.connection !== undefined) return;
    this.unnamed.delete(client);
    drop(client);
  }

  closeClient(name: string): void {
    const client = this.clients.get(name);
    if (client === undefined) throw new Error(`no connection ${name}`);
    this.clients.delete(name);
    drop(client);
  }

  /** Names for ports in what is compared. */
  private ports(): ReadonlyMap<number, string> {
    const names = new Map([...this.upstreams.values()].map(({ name, port }) => [port, name] as const));
    for (const [name, port] of this.listeners) names.set(port, `listener ${name}`);
    if (this.controlPlane.port !== 0) names.set(this.controlPlane.port, 'ads');
    if (this.proxy !== undefined) names.set(this.proxy.adminPort, 'admin');
    return names;
  }

  /** The listener of a name; without one the only one, or the one called `test`. */
  private async listenerPort(name: string | undefined): Promise<number> {
    if (this.listeners.size === 0) await this.readListeners();
    const wanted = name ?? (this.listeners.size === 1 ? [...this.listeners.keys()][0]! : 'test');
    const port = this.listeners.get(wanted);
    if (port !== undefined) return port;
    await this.readListeners();
    const found = this.listeners.get(wanted);
    if (found === undefined)
      throw new Error(`no listener ${wanted}: there are ${[...this.listeners.keys()].join(', ')}`);
    return found;
  }

  private async readListeners(): Promise<void> {
    const { body } = await this.admin('/listeners');
    const lines = body.split('\n').filter((line) => line !== '');
    this.listeners = new Map(
      lines.map((line) => [line.slice(0, line.indexOf('::')), Number(/:(\d+)$/.exec(line)?.[1])]),
    );
  }

  private variables(adminPort: number): Variables {
    return (name) => {
      const [first = '', second = ''] = name.split('.');
      if (name === 'folder') return this.folder;
      if (first === 'admin') return adminPort || this.proxy?.adminPort || 0;
      if (first === 'ads') return this.controlPlane.port;
      if (first === 'file') return join(this.folder, name.slice('file.'.length));
      if (first === 'listener') return this.listeners.get(second);
      if (first === 'cert') return this.certificate(name.slice('cert.'.length));
      const upstream = this.upstreams.get(first);
      if (second === 'port') return upstream?.port;
      return second === 'address' ? upstream?.address : undefined;
    };
  }

  /** `server.file`, `server.key_file`, `server.pem`, `server.key` */
  private certificate(what: string): string | undefined {
    const [name = '', part] = what.split('.');
    const { cert, key, certFile, keyFile } = this.certificates.get(name);
    if (part === 'file') return certFile;
    if (part === 'key_file') return keyFile;
    return part === 'key' ? key : part === 'pem' ? cert : undefined;
  }
}

/** What the handshake of a client agreed on. */
export const TLS_OF = new WeakMap<Client, { alpn: string | false; certificate: string; version: string | null }>();

function drop(client: Client): void {
  if (client instanceof Http1Client) client.socket.destroy();
  else client.close();
}
