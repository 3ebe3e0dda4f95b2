import type { Readable } from 'node:stream';
import { TrysailError } from '../../base/errors.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import { kindOfObject, type ServedKind } from '../kinds.js';
import type { Manifest } from '../manifests/manifest.js';
import { parseManifests, readInput } from '../manifests/read.js';
import type { ApiSession } from '../session.js';

export interface PreparedManifest {
  readonly manifest: Manifest;
  readonly kind: ServedKind;
  /** With its namespace filled in. */
  readonly object: KubeObject;
}

/**
 * Does something with each object of a file, in its order; stops at the first failure. All are checked before the first is
 * touched, so that a slip in the last does not leave half of the file done.
 */
export async function forEachManifest(
  file: string,
  verb: string,
  session: ApiSession,
  stdin: Readable,
  action: (prepared: PreparedManifest) => Promise<void>,
): Promise<void> {
  const manifests = parseManifests(await readInput(file, stdin), file);
  if (manifests.length === 0) throw new CliError('NOTHING_TO_DO', `nothing to ${verb}: ${file} has no objects`);
  const prepared = manifests.map((manifest) => prepare(manifest, session));
  for (const each of prepared) await action(each);
}

function prepare(manifest: Manifest, session: ApiSession): PreparedManifest {
  try {
    const kind = kindOfObject(manifest.object);
    const namespace = session.namespaceFor(kind, manifest.object.metadata.namespace);
    const metadata = { ...manifest.object.metadata, ...(namespace && { namespace }) };
    return { manifest, kind, object: { ...manifest.object, metadata } };
  } catch (error) {
    if (!(error instanceof TrysailError)) throw error;
    const place = error.code === 'UNKNOWN_KIND' ? 'kind' : error.code === 'UNKNOWN_VERSION' ? 'apiVersion' : 'metadata';
    throw new CliError(error.code, `${manifest.locate(place)}: ${error.message}`, error.hint, { cause: error });
  }
}
