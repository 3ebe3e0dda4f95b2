import type { KindDefinition } from '../kind.js';
import type { KubeObject } from '../object.js';
import type { PodObject } from '../types.js';
import { admissionInject } from './inject-pod.js';

/** The part of an admission request that this hook reads. */
interface PodWrite {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly object: KubeObject;
}

/** Admission hook that gives new pods their sidecars. */
export class SidecarInjection {
  /** @param namespace looks one up by name */
  constructor(private readonly namespace: (name: string) => KubeObject | undefined) {}

  mutate({ operation, definition, subresource, namespace, object }: PodWrite): void {
    if (operation !== 'CREATE' || subresource || definition.group !== '' || definition.kind !== 'Pod') return;
    const found = namespace === undefined ? undefined : this.namespace(namespace);
    if (found) Object.assign(object, admissionInject(object as PodObject, found));
  }
}
