import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { RuntimeError } from '../../errors.js';
import { DIGEST, digestOf, manifestType, parseManifest } from '../manifest-check.js';
import { type ImageIndex, MANIFEST_BYTES_MAX, type Manifest, MEDIA } from '../media-types.js';
import type { OciLayout } from '../oci-layout.js';
import type { RegistryCatalog } from './catalog.js';
import { RegistryError } from './errors.js';

const TAG = /^\w[\w.-]{0,127}$/;

/** `/v2/NAME/manifests/REFERENCE` (OCI distribution v1.1, "Pulling manifests", "Pushing manifests"). */
export class ManifestRoutes {
  constructor(
    private readonly layout: OciLayout,
    private readonly catalog: RegistryCatalog,
  ) {}

  async get(request: IncomingMessage, response: ServerResponse, repository: string, reference: string): Promise<void> {
    checkReference(reference);
    const found = await this.catalog.find(repository, reference);
    const size = found && (await this.layout.sizeOf(found.digest));
    if (!found || size === undefined) throw unknown(repository, reference);
    response.writeHead(200, {
      'Content-Type': found.mediaType,
      'Content-Length': size,
      'Docker-Content-Digest': found.digest,
      ETag: `"${found.digest}"`,
    });
    response.end(request.method === 'HEAD' ? undefined : await this.layout.readBytes(found.digest));
  }

  async put(request: IncomingMessage, response: ServerResponse, repository: string, reference: string): Promise<void> {
    checkReference(reference);
    const bytes = await bodyOf(request);
    const digest = digestOf(bytes, reference);
    if (reference.includes(':') && reference !== digest) {
      throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
        detail: { provided: reference, uploaded: digest },
      });
    }
    const manifest = checked(() => parseManifest(bytes));
    const sent = request.headers['content-type']?.split(';')[0]?.trim();
    const mediaType = checked(() => manifestType(manifest, sent));
    await this.checkParts(manifest);
    await this.layout.writeBlob(mediaType, Readable.from([bytes]), digest);
    const { subject, annotations } = manifest;
    const artifactType = manifest.artifactType ?? ('config' in manifest ? manifest.config.mediaType : undefined);
    const entry = {
      ...{ mediaType, size: bytes.length },
      ...(subject && { subject: subject.digest }),
      ...(artifactType !== undefined && { artifactType }),
      ...(annotations && { annotations }),
    };
    await this.catalog.put(repository, digest, entry, reference.includes(':') ? [] : [reference]);
    response.writeHead(201, {
      Location: `/v2/${repository}/manifests/${reference}`,
      'Docker-Content-Digest': digest,
      ...(subject && { 'OCI-Subject': subject.digest }),
    });
    response.end();
  }

  async remove(response: ServerResponse, repository: string, reference: string): Promise<void> {
    checkReference(reference);
    if (!(await this.catalog.remove(repository, reference))) throw unknown(repository, reference);
    response.writeHead(202).end();
  }

  async referrers(
    response: ServerResponse,
    repository: string,
    digest: string,
    artifactType: string | null,
  ): Promise<void> {
    if (!DIGEST.test(digest)) throw new RegistryError('DIGEST_INVALID', `invalid digest ${JSON.stringify(digest)}`);
    const all = await this.catalog.referrers(repository, digest);
    const manifests = artifactType === null ? all : all.filter((each) => each.artifactType === artifactType);
    response.writeHead(200, {
      'Content-Type': MEDIA.index,
      ...(artifactType !== null && { 'OCI-Filters-Applied': 'artifactType' }),
    });
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }));
  }

  /** A subject may come later; all else must be here. */
  private async checkParts(manifest: Manifest | ImageIndex): Promise<void> {
    const parts = 'manifests' in manifest ? manifest.manifests : [manifest.config, ...manifest.layers];
    for (const part of parts) {
      // Such layers stay where their maker gives them out.
      if (/nondistributable|\.foreign\./.test(part.mediaType)) continue;
      if ((await this.layout.sizeOf(part.digest)) === undefined) {
        throw new RegistryError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', {
          detail: { digest: part.digest },
        });
      }
    }
  }
}

/** What is wrong with a manifest is the client's to hear. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof RuntimeError) throw new RegistryError('MANIFEST_INVALID', error.message);
    throw error;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Who sends too much still hears why.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MANIFEST_BYTES_MAX) {
      throw new RegistryError('SIZE_INVALID', `a manifest has at most ${MANIFEST_BYTES_MAX} bytes`, { status: 413 });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkReference(reference: string): void {
  if (reference.includes(':') ? DIGEST.test(reference) : TAG.test(reference)) return;
  if (reference.includes(':')) throw new RegistryError('DIGEST_INVALID', `invalid digest ${JSON.stringify(reference)}`);
  throw new RegistryError('MANIFEST_INVALID', `invalid tag ${JSON.stringify(reference)}`);
}

function unknown(repository: string, reference: string): RegistryError {
  return new RegistryError('MANIFEST_UNKNOWN', 'manifest unknown', { detail: { name: repository, reference } });
}
