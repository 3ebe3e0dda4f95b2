import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { matchesLabels } from '../resources/labels/selector.js';
import type { KubeObject } from '../resources/object.js';
import { namespaceOf, type Subject } from './subject.js';

/** Where each kind that makes pods has their template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

export const POD_KINDS: readonly string[] = Object.keys(TEMPLATES);

type Labels = Readonly<Record<string, string>>;

/** A pod, or what a file says of pods to come. */
export interface Workload {
  readonly subject: Subject;
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

/** The pods of a mesh: those that run, and those that files would bring. */
export class Workloads {
  private readonly byNamespace = new Map<string, Workload[]>();

  constructor(subjects: readonly Subject[]) {
    for (const subject of subjects) {
      // A running mesh has the pods themselves beside the kinds that made them.
      if (subject.origin === undefined && subject.object.kind !== 'Pod') continue;
      const workload = toWorkload(subject);
      if (workload === undefined) continue;
      const others = this.byNamespace.get(workload.namespace);
      if (others) others.push(workload);
      else this.byNamespace.set(workload.namespace, [workload]);
    }
  }

  in(namespace: string): readonly Workload[] {
    return this.byNamespace.get(namespace) ?? [];
  }

  /** Those with all of the labels; in every namespace where none is given. */
  select(labels: Labels, namespace?: string): Workload[] {
    const within = namespace === undefined ? [...this.byNamespace.values()].flat() : this.in(namespace);
    return within.filter((workload) => matchesLabels(labels, workload.labels));
  }

  /** Whether any pod has all of the labels. */
  has(labels: Labels, namespace?: string): boolean {
    const lists = namespace === undefined ? [...this.byNamespace.values()] : [this.in(namespace)];
    return lists.some((list) => list.some((workload) => matchesLabels(labels, workload.labels)));
  }
}

/** The pod that an object is or makes; undefined for objects without pods. */
export function toWorkload(subject: Subject): Workload | undefined {
  const path = TEMPLATES[subject.object.kind];
  if (path === undefined) return undefined;
  let at: unknown = subject.object;
  for (const step of path) at = (at as Record<string, unknown> | undefined)?.[step];
  const { metadata, spec } = (at ?? {}) as { metadata?: KubeObject['metadata']; spec?: PodSpec };
  return {
    subject,
    namespace: namespaceOf(subject),
    labels: metadata?.labels ?? {},
    spec: { ...spec, containers: spec?.containers ?? [] },
  };
}

/** `spec.template.` of a Deployment: what stands before a field of its pods. */
export function templatePrefix(kind: string): string {
  return (TEMPLATES[kind] ?? []).map((step) => `${step}.`).join('');
}
