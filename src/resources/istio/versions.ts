import type { KindVersion } from '../kind.js';
import type { Schema } from '../schema.js';

/** The versions of networking.istio.io have one shape; v1 is stored. */
export function networkingVersions(schema: Schema): readonly KindVersion[] {
  return [
    { name: 'v1', storage: true, schema },
    { name: 'v1beta1', schema },
    { name: 'v1alpha3', schema },
  ];
}

export const NETWORKING_GROUP = 'networking.istio.io';
export const CONFIG_GROUP = 'config.istio.io';
export const CONFIG_VERSION = 'v1alpha2';
export const ISTIO_CATEGORIES: readonly string[] = ['istio-io', 'networking-istio-io'];
