import { createServer as createHttpServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { PodAccess } from '../../resources/core/pod-access.js';
import type { KubeObject } from '../../resources/object.js';
import type { Audit, AuditTrail } from '../audit/audit.js';
import { ALLOW_ALL, type Authorizer } from '../authorization/authorizer.js';
import { checkAllowed } from '../authorization/request-attributes.js';
import type { ObjectApi } from '../object-api.js';
import { OpenApi } from '../openapi/openapi.js';
import { prepareCommand } from '../pods/command.js';
import { serveLog } from '../pods/log.js';
import { prepareForward } from '../pods/port-forward.js';
import { ReviewHandler } from '../reviews/review-handler.js';
import type { ServiceAccountTokens } from '../reviews/service-account-tokens.js';
import { methodNotAllowed, noSuchPath, notFound, StatusError, unauthorized } from '../status-error.js';
import { Authenticator, isOpenPath, type TokenCredential } from './authentication.js';
import { discardBody } from './body.js';
import type { Call } from './call.js';
import { DocumentHandler, type VersionInfo } from './document-handler.js';
import { impersonated } from './impersonation.js';
import { checkOrigin } from './origin.js';
import { parseResourcePath, type RequestInfo, segmentsOf } from './request-info.js';
import { ResourceHandler } from './resource-handler.js';
import { sendError, statusOf } from './respond.js';
import { refuseUpgrade, Upgrades } from './upgrade.js';
import { WatchStreams } from './watch-stream.js';

/** All headers of a request together; tokens and user agents fit many times. */
const HEADERS_BYTES_MAX = 64 * 1024;
const CONNECTIONS_MAX = 2000;
/** RFC 9110, section 15.2.2. */
const SWITCHING_PROTOCOLS = 101;
/** Longer than our clients keep an idle connection, so that they never write into one that we are closing. */
const KEEP_ALIVE_MS = 120_000;

/** Serves what is not Kubernetes': everything below `/NAME/`. Its callers are known and allowed the path by then. */
export interface ApiExtension {
  readonly name: string;
  /** @param segments of the path after the name */
  handle(call: Call, segments: readonly string[]): Promise<void> | void;
}

export interface ApiServerOptions {
  readonly api: ObjectApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: VersionInfo;
  readonly tokens: readonly TokenCredential[];
  /** PEM. Absent: plain HTTP, which only tests use. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
  /** Names and addresses by which clients may call it, besides loopback. */
  readonly hosts?: readonly string[];
  /** Absent: pods' logs and commands are not served. */
  readonly podAccess?: PodAccess;
  /** Absent: every known user may do everything. */
  readonly authorizer?: Authorizer;
  /** Absent: nobody records who did what. */
  readonly audit?: Audit;
  /** Absent: service accounts get no tokens. */
  readonly accountTokens?: ServiceAccountTokens;
  readonly extensions?: readonly ApiExtension[];
}

/** The Kubernetes API over HTTPS. */
export class ApiServer {
  private readonly server: Server;
  private readonly authenticator: Authenticator;
  private readonly documents: DocumentHandler;
  private readonly resources: ResourceHandler;
  private readonly reviews: ReviewHandler;
  private readonly authorizer: Authorizer;
  private readonly watches: WatchStreams;
  private readonly upgrades = new Upgrades();
  private readonly hosts: ReadonlySet<string>;

  constructor(private readonly options: ApiServerOptions) {
    const { api, clock, tls } = options;
    const { authorizer = ALLOW_ALL, accountTokens } = options;
    this.authorizer = authorizer;
    this.authenticator = new Authenticator(options.tokens, (token) => accountTokens?.verify(token));
    this.reviews = new ReviewHandler(api, authorizer, accountTokens);
    this.hosts = new Set(options.hosts?.map((host) => host.toLowerCase()));
    this.documents = new DocumentHandler(
      api.kinds,
      new OpenApi(api.kinds, options.version.gitVersion),
      options.version,
    );
    this.watches = new WatchStreams(api, clock);
    this.resources = new ResourceHandler(api, this.watches, clock);
    const limits = { maxHeaderSize: HEADERS_BYTES_MAX, keepAliveTimeout: KEEP_ALIVE_MS };
    this.server = tls ? createHttpsServer({ ...limits, ...tlsOptions(tls) }) : createHttpServer(limits);
    this.server.maxConnections = CONNECTIONS_MAX;
    this.server.on('request', (request, response) => void this.serve(request, response));
    this.server.on('upgrade', (request, socket, head) => void this.upgrade(request, socket, head));
  }

  /** @returns the port that was taken, for port 0 */
  async listen(port: number, host = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends watches and connections. */
  async close(): Promise<void> {
    this.watches.close();
    this.upgrades.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const trail = this.options.audit?.begin(request);
    trail?.follow(response);
    try {
      const call = this.callOf(request, response, trail);
      const segments = segmentsOf(call.pathname);
      if (this.documents.handle(call, segments)) return;
      const extension = this.options.extensions?.find(({ name }) => name === segments[0]);
      if (extension) {
        checkAllowed(this.authorizer, call, undefined);
        await extension.handle(call, segments.slice(1));
        return;
      }
      if (segments[0] !== 'api' && segments[0] !== 'apis') throw noSuchPath();
      const info = parseResourcePath(segments);
      trail?.about(info);
      checkAllowed(this.authorizer, call, info);
      await this.resource(call, info);
    } catch (error) {
      this.report(request, error);
      trail?.failed(statusOf(error));
      sendError(response, error);
      discardBody(request);
    }
  }

  /** Throws Unauthorized or Forbidden. */
  private callOf(request: IncomingMessage, response: ServerResponse, trail: AuditTrail | undefined): Call {
    checkOrigin(request, this.hosts);
    const question = (request.url ?? '/').indexOf('?');
    const [pathname, search] =
      question < 0 ? [request.url ?? '/', ''] : [request.url!.slice(0, question), request.url!.slice(question + 1)];
    const caller = this.authenticator.authenticate(request);
    trail?.by(caller, caller);
    const user = impersonated(request, caller);
    trail?.by(caller, user);
    if (!user && !isOpenPath(pathname)) throw unauthorized();
    return {
      request,
      response,
      pathname,
      query: new URLSearchParams(search),
      user,
      warnings: [],
      ...(trail && { trail }),
    };
  }

  private async resource(call: Call, info: RequestInfo): Promise<void> {
    const { subresource } = info;
    if (this.reviews.takes(info)) return this.reviews.handle(call, info);
    if (!isPodSubresource(info)) return this.resources.handle(call, info);
    if (subresource !== 'log')
      throw new StatusError(400, 'BadRequest', 'you must upgrade the connection: use WebSocket');
    if (call.request.method !== 'GET') throw methodNotAllowed();
    await serveLog(call, await this.pod(info), this.podAccess(info), this.options.clock.now());
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const trail = this.options.audit?.begin(request);
    try {
      const call = this.callOf(request, new ServerResponse(request), trail);
      const info = parseResourcePath(segmentsOf(call.pathname));
      trail?.about(info);
      const { subresource } = info;
      if (!isPodSubresource(info)) throw noSuchPath();
      checkAllowed(this.authorizer, call, info);
      const pod = await this.pod(info);
      const access = this.podAccess(info);
      if (subresource === 'exec' || subresource === 'attach') {
        this.upgrades.command(request, socket, head, prepareCommand(subresource, pod, call.query, access));
      } else if (subresource === 'portforward') {
        this.upgrades.forward(request, socket, head, prepareForward(pod, access));
      } else throw noSuchPath();
      trail?.started(SWITCHING_PROTOCOLS);
      socket.once('close', () => trail?.complete(SWITCHING_PROTOCOLS));
    } catch (error) {
      this.report(request, error);
      const status = statusOf(error);
      trail?.failed(status);
      trail?.complete(status.code ?? 500);
      refuseUpgrade(socket, error);
    }
  }

  private pod({ group, version, resource, name = '', namespace }: RequestInfo): Promise<KubeObject> {
    return this.options.api.get({ group, version, resource }, name, namespace);
  }

  private podAccess({ name = '' }: RequestInfo): PodAccess {
    if (!this.options.podAccess) throw notFound({ group: '', resource: 'pods' }, name);
    return this.options.podAccess;
  }

  private report({ method = '', url = '' }: IncomingMessage, error: unknown): void {
    if (error instanceof StatusError) return;
    const stack = error instanceof Error ? error.stack : undefined;
    this.options.logger.error('request failed', { method, url, error: messageOf(error), stack });
  }
}

const POD_SUBRESOURCES: ReadonlySet<string> = new Set(['log', 'exec', 'attach', 'portforward']);

function isPodSubresource({ group, resource, subresource }: RequestInfo): boolean {
  return group === '' && resource === 'pods' && subresource !== undefined && POD_SUBRESOURCES.has(subresource);
}

function tlsOptions({ cert, key, clientCa }: NonNullable<ApiServerOptions['tls']>) {
  // A caller without certificate may have a token: the handler decides, not the handshake.
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  return { cert, key, minVersion: 'TLSv1.2' as const, ALPNProtocols: ['http/1.1'], ...client };
}
