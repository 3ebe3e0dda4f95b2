import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create, fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import { BOOTSTRAP_TYPES } from '../../src/proxy/config/bootstrap-types.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../../src/xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';

export const KINDS = {
  cluster: 'envoy.config.cluster.v3.Cluster',
  endpoint: 'envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'envoy.config.listener.v3.Listener',
  route: 'envoy.config.route.v3.RouteConfiguration',
} as const;
export type Kind = keyof typeof KINDS;

const urlOf = (kind: Kind): string => `type.googleapis.com/${KINDS[kind]}`;

interface Open {
  readonly path: string;
  readonly stream: ServerHttp2Stream;
  /** Type URL -> names that are wanted, `*` for all. */
  readonly wanted: Map<string, ReadonlySet<string>>;
}

/**
 * A discovery server of the test's own on node:http2, gRPC framing and all, so that the client is not tested against its own
 * library. It serves every service and both variants, sends what is wanted when it changes, and remembers what it was asked.
 */
export class DiscoveryServer {
  readonly requests: { path: string; request: DiscoveryRequest | DeltaDiscoveryRequest }[] = [];
  readonly headers: Record<string, unknown>[] = [];
  port = 0;
  private version = 0;
  private nonce = 0;
  private server: Http2Server | Http2SecureServer | undefined;
  private readonly sessions = new Set<Http2Session>();
  private readonly open = new Set<Open>();
  private readonly resources = new Map<string, Map<string, { version: string; value: Uint8Array }>>();

  /** @param tls PEM of a certificate and its key, for TLS */
  async listen(port = 0, tls?: { readonly cert: string; readonly key: string }): Promise<void> {
    const server = tls === undefined ? createServer() : createSecureServer(tls);
    this.server = server;
    server.on('session', (session) => {
      this.sessions.add(session);
      session.on('close', () => this.sessions.delete(session));
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => {
      this.headers.push(headers);
      this.serve(stream, String(headers[':path']));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of this.sessions) session.destroy();
    await closed;
    this.open.clear();
  }

  /** Replaces all resources of a kind; YAML, one message each. */
  set(kind: Kind, ...yamls: readonly string[]): void {
    const schema = BOOTSTRAP_TYPES.getMessage(KINDS[kind])!;
    const version = String(++this.version);
    const before = this.resources.get(urlOf(kind));
    const now = new Map(
      yamls.map((yaml) => {
        const json = parse(yaml) as Record<string, JsonValue>;
        const value = toBinary(schema, fromJson(schema, json, { registry: BOOTSTRAP_TYPES }));
        return [String(json['name'] ?? json['cluster_name']), { version, value }] as const;
      }),
    );
    this.resources.set(urlOf(kind), now);
    const gone = [...(before?.keys() ?? [])].filter((name) => !now.has(name));
    for (const open of this.open) this.push(open, urlOf(kind), gone);
  }

  /** Requests of a kind that carry an error. */
  refusals(kind: Kind): string[] {
    return this.requests.flatMap(({ request }) =>
      request.typeUrl === urlOf(kind) && request.errorDetail ? [request.errorDetail.message] : [],
    );
  }

  asked(kind: Kind): (DiscoveryRequest | DeltaDiscoveryRequest)[] {
    return this.requests.flatMap(({ request }) => (request.typeUrl === urlOf(kind) ? [request] : []));
  }

  private serve(stream: ServerHttp2Stream, path: string): void {
    const open: Open = { path, stream, wanted: new Map() };
    this.open.add(open);
    stream.on('close', () => this.open.delete(open));
    stream.on('error', () => {});
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: false });
    let buffered = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 5 && buffered.length >= 5 + buffered.readUInt32BE(1)) {
        const end = 5 + buffered.readUInt32BE(1);
        this.take(open, buffered.subarray(5, end));
        buffered = buffered.subarray(end);
      }
    });
  }

  private take(open: Open, body: Uint8Array): void {
    if (open.path.includes('/Delta')) {
      const request = fromBinary(DeltaDiscoveryRequestSchema, body);
      this.requests.push({ path: open.path, request });
      const wanted = new Set(open.wanted.get(request.typeUrl));
      for (const name of request.resourceNamesSubscribe) wanted.add(name);
      for (const name of request.resourceNamesUnsubscribe) wanted.delete(name);
      const first = !open.wanted.has(request.typeUrl);
      open.wanted.set(request.typeUrl, wanted);
      if (request.responseNonce === '' || first || request.resourceNamesSubscribe.length > 0) {
        this.push(open, request.typeUrl, [], request.resourceNamesSubscribe);
      }
      return;
    }
    const request = fromBinary(DiscoveryRequestSchema, body);
    this.requests.push({ path: open.path, request });
    const before = open.wanted.get(request.typeUrl);
    const wanted = new Set(request.resourceNames.length === 0 ? ['*'] : request.resourceNames);
    open.wanted.set(request.typeUrl, wanted);
    if (before === undefined || [...wanted].some((name) => !before.has(name))) this.push(open, request.typeUrl, []);
  }

  private push(open: Open, typeUrl: string, gone: readonly string[], only?: readonly string[]): void {
    const wanted = open.wanted.get(typeUrl);
    const held = this.resources.get(typeUrl);
    if (wanted === undefined || held === undefined) return;
    const all = wanted.has('*') || only?.includes('*') === true;
    const names = [...held.keys()].filter(
      (name) => all || (only === undefined ? wanted.has(name) : only.includes(name)),
    );
    const nonce = `n${++this.nonce}`;
    const any = (name: string) => ({ typeUrl, value: held.get(name)!.value });
    if (open.path.includes('/Delta')) {
      const resources = names.map((name) => ({ name, version: held.get(name)!.version, resource: any(name) }));
      const response = create(DeltaDiscoveryResponseSchema, { typeUrl, nonce, resources, removedResources: [...gone] });
      this.write(open, toBinary(DeltaDiscoveryResponseSchema, response));
    } else {
      const versionInfo = String(this.version);
      const response = create(DiscoveryResponseSchema, { typeUrl, nonce, versionInfo, resources: names.map(any) });
      this.write(open, toBinary(DiscoveryResponseSchema, response));
    }
  }

  private write({ stream }: Open, message: Uint8Array): void {
    if (stream.destroyed || stream.closed) return;
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.write(Buffer.concat([head, message]));
  }
}
