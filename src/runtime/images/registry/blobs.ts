import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { closureOf } from '../image-reader.js';
import { DIGEST } from '../manifest-check.js';
import type { OciLayout } from '../oci-layout.js';
import type { RegistryCatalog } from './catalog.js';
import { RegistryError } from './errors.js';
import { rangeOf, type Uploads } from './uploads.js';

/** `/v2/NAME/blobs/…` (OCI distribution v1.1, "Pulling blobs", "Pushing blobs"). Repositories share their blobs. */
export class BlobRoutes {
  constructor(
    private readonly layout: OciLayout,
    private readonly catalog: RegistryCatalog,
    private readonly uploads: Uploads,
  ) {}

  async get(request: IncomingMessage, response: ServerResponse, digest: string): Promise<void> {
    const size = await this.existing(digest);
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Docker-Content-Digest': digest,
      'Accept-Ranges': 'bytes',
      ETag: `"${digest}"`,
    };
    const range = rangeIn(request.headers.range, size);
    if (range === 'unsatisfiable') {
      const extra = { status: 416, headers: { 'Content-Range': `bytes */${size}` } };
      throw new RegistryError('SIZE_INVALID', `the blob has ${size} bytes`, extra);
    }
    const length = range ? range.end - range.start + 1 : size;
    response.writeHead(range ? 206 : 200, {
      ...headers,
      'Content-Length': length,
      ...(range && { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` }),
    });
    if (request.method === 'HEAD' || length === 0) response.end();
    else await pipeline(this.layout.openBlob(digest, range), response);
  }

  async remove(response: ServerResponse, digest: string): Promise<void> {
    await this.existing(digest);
    if ((await this.used()).has(digest)) {
      throw new RegistryError('UNSUPPORTED', 'the blob is part of an image: delete its manifests first');
    }
    await this.layout.removeBlob(digest);
    response.writeHead(202).end();
  }

  async begin(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    query: URLSearchParams,
  ): Promise<void> {
    const mount = query.get('mount');
    if (mount !== null && DIGEST.test(mount) && (await this.layout.sizeOf(mount)) !== undefined) {
      return created(response, repository, mount);
    }
    const digest = query.get('digest');
    if (digest !== null) checkDigest(digest);
    const id = await this.uploads.begin(repository);
    if (digest !== null) {
      await this.uploads.append(repository, id, request);
      await this.uploads.finish(repository, id, digest);
      return created(response, repository, digest);
    }
    accepted(response, 202, repository, id, 0);
  }

  async patch(request: IncomingMessage, response: ServerResponse, repository: string, id: string): Promise<void> {
    accepted(response, 202, repository, id, await this.uploads.append(repository, id, request, startOf(request)));
  }

  async finish(
    request: IncomingMessage,
    response: ServerResponse,
    repository: string,
    id: string,
    query: URLSearchParams,
  ): Promise<void> {
    const digest = query.get('digest') ?? '';
    this.uploads.sizeOf(repository, id);
    checkDigest(digest);
    await this.uploads.append(repository, id, request, startOf(request));
    await this.uploads.finish(repository, id, digest);
    created(response, repository, digest);
  }

  status(response: ServerResponse, repository: string, id: string): void {
    accepted(response, 204, repository, id, this.uploads.sizeOf(repository, id));
  }

  async cancel(response: ServerResponse, repository: string, id: string): Promise<void> {
    await this.uploads.cancel(repository, id);
    response.writeHead(204).end();
  }

  private async existing(digest: string): Promise<number> {
    checkDigest(digest);
    const size = await this.layout.sizeOf(digest);
    if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
    return size;
  }

  private async used(): Promise<Set<string>> {
    const roots = (await this.layout.readIndex()).manifests.map(({ digest }) => digest);
    const all = [...roots, ...(await this.catalog.pushedDigests())];
    return new Set((await Promise.all(all.map((digest) => closureOf(this.layout, digest)))).flatMap((set) => [...set]));
  }
}

function created(response: ServerResponse, repository: string, digest: string): void {
  response.writeHead(201, { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest }).end();
}

function accepted(response: ServerResponse, status: number, repository: string, id: string, size: number): void {
  const headers = { Location: `/v2/${repository}/blobs/uploads/${id}`, Range: rangeOf(size), 'Docker-Upload-UUID': id };
  response.writeHead(status, headers).end();
}

function checkDigest(digest: string): void {
  if (!DIGEST.test(digest)) throw new RegistryError('DIGEST_INVALID', `invalid digest ${JSON.stringify(digest)}`);
}

/** Of `Content-Range: 10-19`, as the specification has it, or with HTTP's `bytes `. */
function startOf({ headers }: IncomingMessage): number | undefined {
  const header = headers['content-range'];
  if (header === undefined) return undefined;
  const [, start] = /^(?:bytes\s+)?(\d+)-\d+(?:\/\S+)?$/.exec(header) ?? [];
  if (start === undefined)
    throw new RegistryError('BLOB_UPLOAD_INVALID', `invalid Content-Range ${JSON.stringify(header)}`);
  return Number(start);
}

/** One range (RFC 9110 §14.2); several, or another unit, are answered with the whole. */
function rangeIn(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || (from === '' && Number(to) === 0)) return 'unsatisfiable';
  return start > end ? undefined : { start, end };
}
