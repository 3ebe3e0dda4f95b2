import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';

/** As Kubernetes defaults it for pods that do not say. */
const POD_GRACE_SECONDS = 30;

/**
 * How long the object may take to go. Only pods have something that ends; one that never started or has ended goes at once.
 * @param asked by the caller
 */
export function gracePeriodSeconds(definition: KindDefinition, object: KubeObject, asked: number | undefined): number {
  if (definition.group !== '' || definition.plural !== 'pods') return 0;
  const spec = object['spec'] as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined;
  const phase = (object['status'] as { phase?: string } | undefined)?.phase;
  if (!spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  // A negative period is that of an immediate kill, and Kubernetes makes it one second.
  if (asked !== undefined) return asked < 0 ? 1 : asked;
  return spec.terminationGracePeriodSeconds ?? POD_GRACE_SECONDS;
}
