import { createHash } from 'node:crypto';
import { RuntimeError } from '../errors.js';
import { type Descriptor, type ImageIndex, isIndex, isManifest, type Manifest, MEDIA } from './media-types.js';

export const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** @param like a digest whose algorithm is taken */
export function digestOf(bytes: Buffer, like = 'sha256:'): string {
  const algorithm = algorithmOf(like);
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

export function algorithmOf(digest: string): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** Reads a manifest or index that came from elsewhere. Digests in it become names of files, so all are checked. Throws MANIFEST_INVALID. */
export function parseManifest(bytes: Buffer): Manifest | ImageIndex {
  let value: Partial<Manifest & ImageIndex> | null;
  try {
    value = JSON.parse(bytes.toString('utf8')) as Partial<Manifest & ImageIndex> | null;
  } catch {
    throw invalid('it is not JSON');
  }
  if (value === null || typeof value !== 'object' || value.schemaVersion !== 2)
    throw invalid('schemaVersion must be 2');
  if (value.subject !== undefined && !isDescriptor(value.subject)) throw invalid('subject is not a descriptor');
  if (value.manifests !== undefined) {
    if (!isDescriptors(value.manifests)) throw invalid('manifests must be a list of descriptors with digests');
    return value as ImageIndex;
  }
  if (!isDescriptor(value.config)) throw invalid('config is not a descriptor with a digest');
  if (!isDescriptors(value.layers)) throw invalid('layers must be a list of descriptors with digests');
  return value as Manifest;
}

/** @param sent type that came with it, from which its own must not differ. Throws MANIFEST_INVALID. */
export function manifestType(manifest: Manifest | ImageIndex, sent: string | undefined): string {
  if (manifest.mediaType !== undefined && sent !== undefined && sent !== manifest.mediaType) {
    throw invalid(`its mediaType is ${manifest.mediaType}, and the Content-Type ${sent}`);
  }
  const usual = 'manifests' in manifest ? MEDIA.index : MEDIA.manifest;
  const mediaType = manifest.mediaType ?? sent ?? usual;
  const fits = 'manifests' in manifest ? isIndex(mediaType) : isManifest(mediaType);
  if (!fits) throw invalid(`${mediaType} is not the type of such a manifest`);
  return mediaType;
}

function isDescriptors(value: unknown): boolean {
  return Array.isArray(value) && value.every(isDescriptor);
}

function isDescriptor(value: unknown): boolean {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Descriptor>;
  return typeof mediaType === 'string' && DIGEST.test(digest ?? '') && Number.isSafeInteger(size) && size! >= 0;
}

function invalid(what: string): RuntimeError {
  return new RuntimeError('MANIFEST_INVALID', `manifest invalid: ${what}`);
}
