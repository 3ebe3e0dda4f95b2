import type { KubeObject } from '../../resources/object.js';
import { copyJson, isObject, type JsonObject } from '../json.js';
import { badRequest, conflict } from '../status-error.js';

const PODS = { group: '', resource: 'pods' };

/** The pod, placed on the node that a scheduler's Binding names. Throws BadRequest, or Conflict where it has one already. */
export function bound(pod: KubeObject, binding: unknown, now: string): KubeObject {
  const target = isObject(binding) && isObject(binding['target']) ? binding['target'] : {};
  const node = target['name'];
  if (typeof node !== 'string' || node === '') throw badRequest('a Binding needs target.name, the name of the node');
  const copy = copyJson(pod);
  const spec = (copy['spec'] ?? {}) as JsonObject;
  if (spec['nodeName']) {
    const why = `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(spec['nodeName'])}`;
    throw conflict(PODS, pod.metadata.name, why);
  }
  copy['spec'] = { ...spec, nodeName: node };
  copy['status'] = { ...(copy['status'] as JsonObject | undefined), conditions: scheduled(copy, now) };
  return copy;
}

function scheduled(pod: KubeObject, now: string): unknown[] {
  const conditions = (pod['status'] as { conditions?: { type: string }[] } | undefined)?.conditions ?? [];
  const others = conditions.filter(({ type }) => type !== 'PodScheduled');
  return [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now }];
}
