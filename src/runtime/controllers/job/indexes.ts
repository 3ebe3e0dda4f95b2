import type { JobObject, PodObject } from '../../../resources/types.js';
import { isActive } from '../framework/pod-state.js';

/** On a pod of an indexed Job: which part of the work is its. */
export const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index';
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** Indexes that nobody works on and that are not done, lowest first. */
export function nextIndexes({ spec }: JobObject, pods: readonly PodObject[], count: number): number[] {
  const taken = new Set(pods.filter((pod) => isActive(pod) || pod.status?.phase === 'Succeeded').map(indexOf));
  const free: number[] = [];
  for (let index = 0; index < (spec.completions ?? 0) && free.length < count; index++) {
    if (!taken.has(index)) free.push(index);
  }
  return free;
}

/** `0-2,4`: as in the Job's status. */
export function completedIndexes(pods: readonly PodObject[]): string {
  const done = pods.filter(({ status }) => status?.phase === 'Succeeded').flatMap((pod) => indexOf(pod) ?? []);
  const sorted = [...new Set(done)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const index of sorted) {
    const last = ranges.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',');
}

/** @param pod changed and returned */
export function indexedPod({ metadata }: JobObject, pod: PodObject, index: number): PodObject {
  const text = String(index);
  pod.metadata.generateName = `${metadata.name}-${index}-`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [INDEX_ANNOTATION]: text };
  pod.metadata.labels = { ...pod.metadata.labels, [INDEX_ANNOTATION]: text };
  pod.spec.hostname ??= `${metadata.name}-${index}`;
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) continue;
    container.env = [...(container.env ?? []), { name: INDEX_VARIABLE, value: text }];
  }
  return pod;
}

function indexOf({ metadata }: PodObject): number | undefined {
  const text = metadata.annotations?.[INDEX_ANNOTATION];
  return text === undefined ? undefined : Number(text);
}
