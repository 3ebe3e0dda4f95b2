import type { Container } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';
import { parseQuantity } from '../../../resources/validation/quantity.js';
import { RuntimeError } from '../../errors.js';

export interface PodFacts {
  readonly pod: PodObject;
  readonly podIP: string;
  readonly hostIP: string;
  /** Of the node: what a limit that is not set amounts to. */
  readonly capacity: { readonly cpus: number; readonly memory_bytes: number };
}

const KEYED = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/** The downward API: a field of the pod as text. */
export function fieldValue({ pod, podIP, hostIP }: PodFacts, path: string): string {
  const keyed = KEYED.exec(path);
  if (keyed) return pod.metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? 'default';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return pairs(pod.metadata.labels);
    case 'metadata.annotations':
      return pairs(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.podIPs':
      return podIP;
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP;
    default:
      throw new RuntimeError('FIELD_UNKNOWN', `unsupported fieldPath: ${path}`);
  }
}

/** A limit or request of a container in whole units of the divisor, rounded up. */
export function resourceValue(
  facts: PodFacts,
  container: Container,
  ref: { readonly resource: string; readonly divisor?: string },
): string {
  const [kind, name] = ref.resource.split('.') as ['limits' | 'requests', string];
  const { capacity } = facts;
  const whole = name === 'cpu' ? capacity.cpus : name === 'memory' ? capacity.memory_bytes : 0;
  const set =
    container.resources?.[kind]?.[name] ?? (kind === 'requests' ? undefined : container.resources?.limits?.[name]);
  const value = parseQuantity(set) ?? (kind === 'limits' ? whole : 0);
  const divisor = parseQuantity(ref.divisor) || 1;
  return String(Math.ceil(value / divisor));
}

/** As a downward API file shows labels: one `key="value"` a line, in order of keys. */
function pairs(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
