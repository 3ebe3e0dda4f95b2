import type { KubeObject } from '../../object.js';

/** Fields of events.k8s.io/v1 that the stored core/v1 has by another name. */
const RENAMED: readonly (readonly [events: string, core: string])[] = [
  ['note', 'message'],
  ['regarding', 'involvedObject'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedCount', 'count'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
];

export function eventToStorage(event: KubeObject): KubeObject {
  return { involvedObject: {}, ...renamed(event, RENAMED), apiVersion: 'v1' };
}

export function eventFromStorage(event: KubeObject): KubeObject {
  const reversed = RENAMED.map(([events, core]) => [core, events] as const);
  return { ...renamed(event, reversed), apiVersion: 'events.k8s.io/v1' };
}

function renamed(event: KubeObject, names: readonly (readonly [string, string])[]): KubeObject {
  const result: KubeObject = { ...event };
  for (const [from, to] of names) {
    if (!(from in result)) continue;
    result[to] = result[from];
    delete result[from];
  }
  return result;
}
