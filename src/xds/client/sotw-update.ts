import { createHash } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Any } from '@bufbuild/protobuf/wkt';
import { XdsError } from '../errors.js';
import {
  type DiscoveryResponse,
  type Resource,
  ResourceSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { TypeSubscription } from './type-subscription.js';
import { type ReceivedResource, resourceOf, type Update } from './update.js';

/** Types of which a response always holds every resource: what it leaves out does not exist any more. */
const COMPLETE: ReadonlySet<string> = new Set([
  'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  'type.googleapis.com/envoy.config.listener.v3.Listener',
]);
const WRAPPER = `type.googleapis.com/${ResourceSchema.typeName}`;

/**
 * Reads a state-of-the-world response as what it changes: resources that are held already in the same bytes are left out.
 * @throws XdsError when the server broke the protocol
 */
export function readState(
  response: Pick<DiscoveryResponse, 'typeUrl' | 'versionInfo' | 'resources'>,
  subscription: TypeSubscription,
): Update {
  const seen = new Set<string>();
  const resources: ReceivedResource[] = [];
  for (const any of response.resources) {
    const { name, body } = open(any, response.typeUrl);
    if (seen.has(name)) throw new XdsError('XDS_PROTOCOL', `duplicate resource "${name}" found`);
    seen.add(name);
    if (!subscription.wants(name)) continue;
    const digest = createHash('sha256').update(body).digest('base64');
    if (subscription.versions.get(name) === digest) continue;
    resources.push({ name, version: response.versionInfo, body, digest });
  }
  const removed = COMPLETE.has(response.typeUrl)
    ? [...subscription.versions.keys()].filter((name) => !seen.has(name))
    : [];
  return { typeUrl: response.typeUrl, resources, removed };
}

function open(any: Any, typeUrl: string): { name: string; body: Uint8Array } {
  if (any.typeUrl === WRAPPER) {
    const { name, body } = resourceOf(unwrap(any), typeUrl);
    return { name: name || nameOf(body), body };
  }
  if (any.typeUrl !== typeUrl) throw new XdsError('XDS_PROTOCOL', `a resource is a ${any.typeUrl}, not a ${typeUrl}`);
  return { name: nameOf(any.value), body: any.value };
}

/** @throws XdsError */
function unwrap(any: Any): Resource {
  try {
    return fromBinary(ResourceSchema, any.value);
  } catch {
    throw new XdsError('XDS_PROTOCOL', 'a resource cannot be decoded');
  }
}

/** The first field of every discovered message is its name. @throws XdsError */
function nameOf(body: Uint8Array): string {
  let name = '';
  try {
    const reader = new BinaryReader(body);
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      if (field === 1 && wireType === 2) name = reader.string();
      else reader.skip(wireType, field);
    }
  } catch {
    throw new XdsError('XDS_PROTOCOL', 'a resource cannot be decoded');
  }
  return name;
}
