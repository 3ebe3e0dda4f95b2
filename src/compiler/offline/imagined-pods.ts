import type { KubeObject } from '../../resources/object.js';
import { namespaceOf } from '../snapshot.js';

/** Kinds whose objects have pods, and where the pods' template is. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/** 198.18.0.0/15: addresses for tests, which no network has (RFC 2544). */
const RANGE_PREFIX = 198;
const RANGE_FIRST = 18;
const ADDRESS_COUNT_MAX = 2 ** 17 - 2;

/** Hands out addresses of which each is given once. */
export class ImaginedAddresses {
  private given = 0;

  /** @throws RangeError when there is none left */
  next(): string {
    if (this.given >= ADDRESS_COUNT_MAX) throw new RangeError(`more than ${ADDRESS_COUNT_MAX} addresses are wanted`);
    this.given++;
    return `${RANGE_PREFIX}.${RANGE_FIRST + (this.given >> 16)}.${(this.given >> 8) & 255}.${this.given & 255}`;
  }
}

/**
 * The pods that files would bring about: those written as such, and one for each workload, which stands for all of its replicas.
 * All are ready.
 */
export function imaginedPods(objects: readonly KubeObject[], addresses: ImaginedAddresses): KubeObject[] {
  return objects.flatMap((object) => {
    if (object.kind === 'Pod') return [ready(object, addresses)];
    const template = templateOf(object);
    if (template === undefined || replicasOf(object) === 0) return [];
    const metadata = {
      ...template.metadata,
      name: object.metadata.name,
      namespace: namespaceOf(object),
      ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name: object.metadata.name, uid: '' }],
    };
    return [ready({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec } as KubeObject, addresses)];
  });
}

interface Template {
  readonly metadata?: KubeObject['metadata'];
  readonly spec?: unknown;
}

function templateOf(object: KubeObject): Template | undefined {
  const path = TEMPLATES[object.kind];
  if (path === undefined) return undefined;
  let at: unknown = object;
  for (const step of path) at = (at as Record<string, unknown> | undefined)?.[step];
  return at as Template | undefined;
}

function replicasOf(object: KubeObject): number {
  return (object['spec'] as { replicas?: number } | undefined)?.replicas ?? 1;
}

function ready(pod: KubeObject, addresses: ImaginedAddresses): KubeObject {
  const known = (pod['status'] as { podIP?: string } | undefined)?.podIP;
  const podIP = known ?? addresses.next();
  const conditions = [{ type: 'Ready', status: 'True' }];
  return { ...pod, status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions } };
}
