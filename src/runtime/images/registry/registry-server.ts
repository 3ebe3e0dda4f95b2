import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Clock } from '../../../base/clock.js';
import { codeOf, messageOf } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import { OciLayout } from '../oci-layout.js';
import { checkOrigin, isSignedIn, unauthorized } from './access.js';
import { BlobRoutes } from './blobs.js';
import { canonicalRepository, RegistryCatalog } from './catalog.js';
import { RegistryError } from './errors.js';
import { ManifestRoutes } from './manifests.js';
import { Uploads } from './uploads.js';

export interface RegistryOptions {
  /** The image store's folder. */
  readonly dir: string;
  /** Of the user `trysail`, for whoever writes. */
  readonly password: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: BLOB_BYTES_MAX. */
  readonly blobBytes_max?: number;
}

const LOOPBACK = '127.0.0.1';
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
/** As Docker's: a name with its registry has at most that many characters. */
const NAME_LENGTH_MAX = 255;
const PAGE_MAX = 1_000;
const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** The mesh's registry: the OCI distribution API v1.1 over its image store. Anyone on this machine may read; who writes signs in. */
export class RegistryServer {
  private readonly server: Server;
  private readonly catalog: RegistryCatalog;
  private readonly manifests: ManifestRoutes;
  private readonly blobs: BlobRoutes;
  private readonly uploads: Uploads;

  constructor(private readonly options: RegistryOptions) {
    const { dir, clock } = options;
    const layout = new OciLayout(dir, clock);
    this.catalog = new RegistryCatalog(layout);
    const bytes_max = options.blobBytes_max;
    this.uploads = new Uploads({
      dir: path.join(dir, 'uploads'),
      layout,
      clock,
      ...(bytes_max !== undefined && { bytes_max }),
    });
    this.manifests = new ManifestRoutes(layout, this.catalog);
    this.blobs = new BlobRoutes(layout, this.catalog, this.uploads);
    this.server = createServer((request, response) => void this.answer(request, response));
    // A layer may take long; a client that sends nothing may not.
    this.server.requestTimeout = 0;
  }

  /** @param port 0: any free one @returns the port */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, LOOPBACK, () => resolve());
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await this.uploads.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
    response.on('error', () => {});
    try {
      checkOrigin(request);
      await this.route(request, response);
    } catch (error) {
      this.refuse(request, response, error);
    }
  }

  private refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const isGone = request.destroyed && !request.complete;
    if (!(error instanceof RegistryError) && !isGone && codeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') {
      this.options.logger.error('registry request failed', { url: request.url ?? '', error: messageOf(error) });
    }
    if (response.headersSent || isGone) return void response.destroy();
    const known = error instanceof RegistryError;
    const body = known ? error.body() : JSON.stringify({ errors: [{ code: 'UNKNOWN', message: messageOf(error) }] });
    // What is left of the body is not wanted.
    if (!request.complete) {
      response.setHeader('Connection', 'close');
      request.resume();
    }
    response.writeHead(known ? error.status : 500, {
      ...(known ? error.extra.headers : {}),
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request;
    const url = new URL(request.url ?? '/', 'http://registry');
    const pathname = decoded(url.pathname);
    const signedIn = isSignedIn(request, this.options.password);
    // The answer to this one request is how clients learn that there is a password.
    if (pathname === '/v2/' || pathname === '/v2') {
      if (!signedIn) throw unauthorized('authentication required');
      return json(response, {});
    }
    if (WRITES.has(method) && !signedIn) throw unauthorized('authentication required to write');
    if (pathname === '/v2/_catalog' && isRead(method)) return this.listRepositories(url, response);
    const match = ROUTE.exec(pathname);
    if (!match) throw new RegistryError('UNSUPPORTED', `no such address: ${pathname}`, { status: 404 });
    const repository = canonicalRepository(match[1]!);
    if (!NAME.test(repository) || repository.length > NAME_LENGTH_MAX) {
      throw new RegistryError('NAME_INVALID', `invalid repository name ${JSON.stringify(match[1])}`);
    }
    await this.dispatch(request, response, url, { repository, rest: match[2]!, argument: match[3] ?? '' });
  }

  private async dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { repository, rest, argument }: { repository: string; rest: string; argument: string },
  ): Promise<void> {
    const { method = 'GET' } = request;
    const read = isRead(method);
    const { searchParams: query } = url;
    if (rest === 'tags/list' && read) return this.listTags(url, response, repository);
    if (rest === 'manifests/' && read) return this.manifests.get(request, response, repository, argument);
    if (rest === 'manifests/' && method === 'PUT') return this.manifests.put(request, response, repository, argument);
    if (rest === 'manifests/' && method === 'DELETE') return this.manifests.remove(response, repository, argument);
    if (rest === 'referrers/' && read) {
      return this.manifests.referrers(response, repository, argument, query.get('artifactType'));
    }
    if (rest === 'blobs/' && read) return this.blobs.get(request, response, argument);
    if (rest === 'blobs/' && method === 'DELETE') return this.blobs.remove(response, argument);
    if (rest === 'blobs/uploads/' && argument === '' && method === 'POST') {
      return this.blobs.begin(request, response, repository, query);
    }
    if (rest === 'blobs/uploads/' && argument !== '') {
      if (method === 'PATCH') return this.blobs.patch(request, response, repository, argument);
      if (method === 'PUT') return this.blobs.finish(request, response, repository, argument, query);
      if (method === 'DELETE') return this.blobs.cancel(response, repository, argument);
      if (read) return this.blobs.status(response, repository, argument);
    }
    throw new RegistryError('UNSUPPORTED', `${method} is not supported here`);
  }

  private async listRepositories(url: URL, response: ServerResponse): Promise<void> {
    const page = pageOf(url, await this.catalog.repositories());
    json(response, { repositories: page.values }, page.headers);
  }

  private async listTags(url: URL, response: ServerResponse, name: string): Promise<void> {
    const tags = await this.catalog.tags(name);
    if (!tags) throw new RegistryError('NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } });
    const page = pageOf(url, tags);
    json(response, { name, tags: page.values }, page.headers);
  }
}

const ROUTE = /^\/v2\/(.+?)\/(tags\/list|manifests\/|referrers\/|blobs\/uploads\/|blobs\/)([^/]*)$/;

/** From `last` on, `n` of them, with the address of the next page. */
function pageOf(url: URL, all: readonly string[]): { values: string[]; headers: Record<string, string> } {
  const n = url.searchParams.get('n');
  const last = url.searchParams.get('last');
  if (n !== null && !/^\d+$/.test(n)) throw new RegistryError('UNSUPPORTED', 'n must be a number', { status: 400 });
  const count = n === null ? PAGE_MAX : Math.min(Number(n), PAGE_MAX);
  const rest = last === null ? all : all.filter((value) => value > last);
  const values = rest.slice(0, count);
  if (values.length === rest.length || values.length === 0) return { values, headers: {} };
  const next = `${url.pathname}?n=${count}&last=${encodeURIComponent(values.at(-1)!)}`;
  return { values, headers: { Link: `<${next}>; rel="next"` } };
}

function json(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new RegistryError('NAME_INVALID', `invalid address ${pathname}`);
  }
}
