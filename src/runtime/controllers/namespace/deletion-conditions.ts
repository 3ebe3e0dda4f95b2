import type { NamespaceCondition } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../../resources/object.js';
import { rfc3339 } from '../../time.js';

/** Objects of one resource that are still in a namespace. */
export interface Remainder {
  readonly resource: { readonly group: string; readonly resource: string };
  readonly objects: readonly KubeObject[];
}

/** What a namespace that is being deleted waits for, in Kubernetes' words. */
export function deletionConditions(
  remainders: readonly Remainder[],
  before: readonly NamespaceCondition[],
  now_ms: number,
): NamespaceCondition[] {
  const left = remainders
    .map(({ resource, objects }) => `${resource.resource}.${resource.group} has ${objects.length} resource instances`)
    .sort();
  const finalizers = finalizersOf(remainders);
  const states: readonly (readonly [type: string, holds: boolean, reason: string, message: string])[] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    left.length > 0
      ? ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${left.join(', ')}`]
      : ['NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed'],
    finalizers.length > 0
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  return states.map(([type, holds, reason, message]) => {
    const status = holds ? 'True' : 'False';
    const old = before.find((condition) => condition.type === type);
    const since = old?.status === status ? old.lastTransitionTime : undefined;
    return { type, status, reason, message, lastTransitionTime: since ?? rfc3339(now_ms) };
  });
}

function finalizersOf(remainders: readonly Remainder[]): string[] {
  const counts = new Map<string, number>();
  for (const { metadata } of remainders.flatMap(({ objects }) => objects)) {
    for (const finalizer of metadata.finalizers ?? []) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  return [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
}
