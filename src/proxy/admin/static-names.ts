import type { Bootstrap } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';

/** Whether a resource stands in the bootstrap itself: a dynamic one of the same name is not taken. */
export function isStatic(
  bootstrap: Bootstrap | undefined,
  kind: 'clusters' | 'listeners' | 'secrets',
  name: string,
): boolean {
  const resources: readonly { readonly name: string }[] = bootstrap?.staticResources?.[kind] ?? [];
  return resources.some((resource) => resource.name === name);
}
