import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';

const RUNS_AS_YOU = 'has no effect: programs run as the user who started the mesh';

/** Of a container, without its name: field -> what to know. Only where it is set to something that would matter. */
const CONTAINER: readonly (readonly [string, (container: Container) => unknown, string])[] = [
  ['resources.limits', ({ resources }) => resources?.limits, 'is not enforced'],
  ['securityContext.runAsUser', ({ securityContext }) => securityContext?.runAsUser, RUNS_AS_YOU],
  ['securityContext.runAsGroup', ({ securityContext }) => securityContext?.runAsGroup, RUNS_AS_YOU],
  ['securityContext.privileged', ({ securityContext }) => securityContext?.privileged, 'gives no rights'],
  ['securityContext.capabilities', ({ securityContext }) => securityContext?.capabilities, 'has no effect'],
  [
    'securityContext.readOnlyRootFilesystem',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem,
    'has no effect',
  ],
  ['volumeDevices', ({ volumeDevices }) => volumeDevices?.length, 'has no effect'],
];

/** Of a pod. */
const POD: readonly (readonly [string, (spec: PodSpec) => unknown, string])[] = [
  ['hostNetwork', ({ hostNetwork }) => hostNetwork, 'has no effect: the pod gets a network of its own'],
  ['hostPID', ({ hostPID }) => hostPID, 'has no effect'],
  ['hostIPC', ({ hostIPC }) => hostIPC, 'has no effect'],
  ['shareProcessNamespace', ({ shareProcessNamespace }) => shareProcessNamespace, 'has no effect'],
  ['securityContext.runAsUser', ({ securityContext }) => securityContext?.runAsUser, RUNS_AS_YOU],
  ['securityContext.fsGroup', ({ securityContext }) => securityContext?.fsGroup, 'has no effect'],
];

/**
 * What a pod asks for and does not get here, as sentences that begin with the field's path. Such fields stand in ordinary manifests,
 * so they are not refused; but nobody should have to find out by themselves.
 *
 * @param path of the spec, for example `spec.template.spec`
 */
export function fieldsWithoutEffect(spec: PodSpec, path: string): string[] {
  const found = POD.flatMap(([field, value, note]) => (value(spec) ? [`${path}.${field}: ${note}`] : []));
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      for (const [field, value, note] of CONTAINER) {
        if (value(container)) found.push(`${path}.${list}[${i}].${field}: ${note}`);
      }
    }
  }
  return found;
}

/** The fields of {@link fieldsWithoutEffect}, for the documentation. */
export function fieldNamesWithoutEffect(): readonly { readonly field: string; readonly note: string }[] {
  return [
    ...POD.map(([field, , note]) => ({ field: `spec.${field}`, note })),
    ...CONTAINER.map(([field, , note]) => ({ field: `spec.containers[].${field}`, note })),
  ];
}

/** The part of an admission request that this hook reads. */
interface Write {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly subresource?: string;
  readonly object: KubeObject;
  warn(text: string): void;
}

/** Admission hook that warns who applies such a pod, or a workload that makes them. */
export class WithoutEffectWarnings {
  mutate({ operation, subresource, object, warn }: Write): void {
    if (operation === 'DELETE' || subresource) return;
    const spec = object['spec'] as (PodSpec & { template?: { spec?: PodSpec } }) | undefined;
    const template = spec?.template?.spec;
    if (object.kind === 'Pod' && spec) for (const text of fieldsWithoutEffect(spec, 'spec')) warn(text);
    else if (template?.containers) for (const text of fieldsWithoutEffect(template, 'spec.template.spec')) warn(text);
  }
}
