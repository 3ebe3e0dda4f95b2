import type { MeshSnapshot } from '../compiler/index.js';

/** `namespace/pod` by the pod's address. */
export function workloadsByAddress({ pods }: MeshSnapshot): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { metadata, status } of pods) {
    const address = (status as { podIP?: string } | undefined)?.podIP;
    if (address) found.set(address, `${metadata.namespace}/${metadata.name}`);
  }
  return found;
}
