import type { MetadataSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { ObjectRef } from '../snapshot.js';
import type { Init } from './resource.js';

/** Where a route says which object of a user it was made of. */
export const ORIGIN_METADATA = 'trysail';

/**
 * What an Envoy route was made of: the object, and the field of it (`spec.http[1].match[0]`). It changes nothing of what a proxy
 * does; it is for whoever asks why a request went where it went.
 */
export function originMetadata({ kind, namespace, name }: ObjectRef, field: string): Init<typeof MetadataSchema> {
  return { filterMetadata: { [ORIGIN_METADATA]: { kind, namespace, name, field } } };
}
