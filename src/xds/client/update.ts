import { XdsError } from '../errors.js';
import type { DeltaDiscoveryResponse, Resource } from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';

/** What one response changes. */
export interface Update {
  readonly typeUrl: string;
  readonly resources: readonly ReceivedResource[];
  /** Names of resources that no longer exist; may hold names that the client never had. */
  readonly removed: readonly string[];
}

export interface ReceivedResource {
  readonly name: string;
  /** What the server calls it. */
  readonly version: string;
  /** Tells two bodies apart where versions do not: in the state of the world all resources have the response's. */
  readonly digest?: string;
  /** The encoded message. */
  readonly body: Uint8Array;
}

/**
 * The client's judgement of an {@link Update}. `reject` is the message that the control plane gets with the NACK: it should name
 * the resource and the path of the field. `rejected` names the resources that were not taken; absent, none was.
 */
export type Verdict = { readonly accept: true } | { readonly reject: string; readonly rejected?: readonly string[] };

/**
 * Reads a response, without the resources that are no longer wanted.
 * @throws XdsError when the server broke the protocol: a foreign type, or a name that appears twice
 */
export function readDelta(response: DeltaDiscoveryResponse, wants: (name: string) => boolean): Update {
  const seen = new Set<string>();
  const resources: ReceivedResource[] = [];
  for (const resource of response.resources) {
    if (seen.has(resource.name)) throw broken(`the resource "${resource.name}" appears twice in one response`);
    seen.add(resource.name);
    if (wants(resource.name)) resources.push(resourceOf(resource, response.typeUrl));
  }
  return { typeUrl: response.typeUrl, resources, removed: response.removedResources.filter(wants) };
}

/** @throws XdsError */
export function resourceOf(resource: Resource, typeUrl: string): ReceivedResource {
  const any = resource.resource;
  if (any === undefined) throw broken(`the resource "${resource.name}" has no body`);
  if (any.typeUrl !== typeUrl) throw broken(`the resource "${resource.name}" is a ${any.typeUrl}, not a ${typeUrl}`);
  return { name: resource.name, version: resource.version, body: any.value };
}

function broken(message: string): XdsError {
  return new XdsError('XDS_PROTOCOL', message);
}
