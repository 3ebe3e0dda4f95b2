import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../../base/errors.js';
import { RuntimeError } from '../../errors.js';
import { type Descriptor, forThisMachine, type Manifest, platformsOf } from '../media-types.js';
import type { OciLayout } from '../oci-layout.js';
import type { RegistryClient } from './registry-client.js';

const AT_ONCE_MAX = 3;
const TRIES_MAX = 3;
const RETRY_MS = 1_000;

/**
 * Brings an image's blobs into a layout; of an index, those of this machine's platform. Each is checked against its digest.
 * @param reference tag or digest
 * @returns descriptor of what the reference names; undefined when the registry has none
 */
export async function pullInto(
  layout: OciLayout,
  client: RegistryClient,
  reference: string,
  progress: (line: string) => void,
): Promise<Descriptor | undefined> {
  const found = await client.manifest(reference);
  if (!found) return undefined;
  const { descriptor, bytes, manifest } = found;
  if ('manifests' in manifest) {
    const chosen = forThisMachine(manifest.manifests);
    if (!chosen) {
      const message = `no match for platform in manifest: there are ${platformsOf(manifest.manifests)}`;
      throw new RuntimeError('NO_SUCH_PLATFORM', message);
    }
    if (!(await pullInto(layout, client, chosen.digest, progress))) {
      throw new RuntimeError('MANIFEST_UNKNOWN', `the registry lacks ${chosen.digest}, which its index names`);
    }
  } else {
    await pullParts(layout, client, manifest, progress);
  }
  await layout.writeBlob(descriptor.mediaType, Readable.from([bytes]), descriptor.digest);
  return descriptor;
}

async function pullParts(
  layout: OciLayout,
  client: RegistryClient,
  { config, layers }: Manifest,
  progress: (line: string) => void,
): Promise<void> {
  const waiting = [config, ...new Map(layers.map((layer) => [layer.digest, layer])).values()];
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part; part = waiting.shift()) await pullBlob(layout, client, part, progress);
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, worker));
}

async function pullBlob(
  layout: OciLayout,
  client: RegistryClient,
  part: Descriptor,
  progress: (line: string) => void,
): Promise<void> {
  const name = part.digest.slice('sha256:'.length, 'sha256:'.length + 12);
  if ((await layout.sizeOf(part.digest)) === part.size) return progress(`${name}: Already exists`);
  for (let tries = 1; ; tries++) {
    try {
      await layout.writeBlob(part.mediaType, Readable.from(wholeBlob(client, part)), part.digest, part.size);
      return progress(`${name}: Pull complete`);
    } catch (error) {
      if (tries >= TRIES_MAX) throw error;
      progress(`${name}: ${messageOf(error)}; trying again`);
      await wait(RETRY_MS * tries);
    }
  }
}

/** A connection that breaks is taken up where it broke. */
async function* wholeBlob(client: RegistryClient, { digest, size }: Descriptor): AsyncGenerator<Buffer> {
  let received = 0;
  for (let breaks = 0; ; breaks++) {
    try {
      for await (const chunk of (await client.blob(digest, received)) as AsyncIterable<Buffer>) {
        received += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (received === 0 || received >= size || breaks >= TRIES_MAX) throw error;
    }
  }
}
