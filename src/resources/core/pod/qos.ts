import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { compareQuantities, isZeroQuantity } from '../../validation/quantity.js';

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
const COUNTED = ['cpu', 'memory'] as const;

/** By requests and limits of cpu and memory: Guaranteed where each container has both and they are equal. */
export function qosClass(spec: PodSpec): QosClass {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  let anything = false;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of COUNTED) {
      const request = resources?.requests?.[name];
      const limit = resources?.limits?.[name];
      if (isPositive(request) || isPositive(limit)) anything = true;
      if (!isPositive(limit) || (request !== undefined && compareQuantities(request, limit ?? '0') !== 0)) {
        guaranteed = false;
      }
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function isPositive(quantity: string | undefined): boolean {
  return quantity !== undefined && !isZeroQuantity(quantity);
}
