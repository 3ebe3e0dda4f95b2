import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';

/** What the driver of a mesh can do for a pod, with the rights that it has. */
export interface PodEffects {
  /** Other users than its own: the netns driver as root. */
  readonly users: boolean;
  /** What a program may write, where, and which rights it has: the netns driver. */
  readonly rights: boolean;
  /** Limits of memory and processors: the netns driver as root, where control groups are. */
  readonly limits: boolean;
}

const RUNS_AS_YOU = 'has no effect: programs run as the user who started the mesh';

interface Field<T> {
  readonly name: string;
  readonly value: (of: T) => unknown;
  readonly note: string;
  /** With it the field has its effect; absent: nothing gives it one. */
  readonly needs?: keyof PodEffects;
}

/** Of a container, without its name: what to know. Only where it is set to something that would matter. */
const CONTAINER: readonly Field<Container>[] = [
  { name: 'resources.limits', value: ({ resources }) => resources?.limits, note: 'is not enforced', needs: 'limits' },
  ...(['runAsUser', 'runAsGroup'] as const).map((name): Field<Container> => {
    const value = ({ securityContext }: Container) => securityContext?.[name];
    return { name: `securityContext.${name}`, value, note: RUNS_AS_YOU, needs: 'users' };
  }),
  {
    name: 'securityContext.privileged',
    value: ({ securityContext }) => securityContext?.privileged,
    note: 'gives no rights',
  },
  ...(['capabilities', 'readOnlyRootFilesystem'] as const).map((name): Field<Container> => {
    const value = ({ securityContext }: Container) => securityContext?.[name];
    return { name: `securityContext.${name}`, value, note: 'has no effect', needs: 'rights' };
  }),
  { name: 'volumeDevices', value: ({ volumeDevices }) => volumeDevices?.length, note: 'has no effect' },
];

/** Of a pod. */
const POD: readonly Field<PodSpec>[] = [
  {
    name: 'hostNetwork',
    value: ({ hostNetwork }) => hostNetwork,
    note: 'has no effect: the pod gets a network of its own',
  },
  { name: 'hostPID', value: ({ hostPID }) => hostPID, note: 'has no effect' },
  { name: 'hostIPC', value: ({ hostIPC }) => hostIPC, note: 'has no effect' },
  {
    name: 'shareProcessNamespace',
    value: ({ shareProcessNamespace }) => shareProcessNamespace,
    note: 'has no effect',
  },
  ...(['runAsUser', 'runAsGroup'] as const).map((name): Field<PodSpec> => {
    return {
      name: `securityContext.${name}`,
      value: ({ securityContext }) => securityContext?.[name],
      note: RUNS_AS_YOU,
      needs: 'users',
    };
  }),
  ...(['fsGroup', 'supplementalGroups'] as const).map((name): Field<PodSpec> => {
    return {
      name: `securityContext.${name}`,
      value: ({ securityContext }) => securityContext?.[name],
      note: 'has no effect',
      needs: 'users',
    };
  }),
  {
    name: 'volumes[].emptyDir.medium',
    value: ({ volumes }) => volumes?.some(({ emptyDir }) => emptyDir?.medium === 'Memory'),
    note: 'has no effect: it is a folder on disk',
    needs: 'rights',
  },
  {
    name: 'volumes[].emptyDir.sizeLimit',
    value: ({ volumes }) =>
      volumes?.some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined && emptyDir.medium !== 'Memory'),
    note: 'is not enforced on disk',
  },
];

/**
 * What a pod asks for and does not get here, as sentences that begin with the field's path. Such fields stand in ordinary manifests,
 * so they are not refused; but nobody should have to find out by themselves.
 *
 * @param path of the spec, for example `spec.template.spec`
 */
export function fieldsWithoutEffect(spec: PodSpec, path: string, effects: PodEffects): string[] {
  const has = ({ needs }: Field<never>) => needs !== undefined && effects[needs];
  const found = POD.flatMap((field) =>
    !has(field) && field.value(spec) ? [`${path}.${field.name}: ${field.note}`] : [],
  );
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      for (const field of CONTAINER) {
        if (!has(field) && field.value(container)) found.push(`${path}.${list}[${i}].${field.name}: ${field.note}`);
      }
    }
  }
  return found;
}

const WHERE: Readonly<Record<keyof PodEffects, string>> = {
  users: 'the netns driver as root does it',
  rights: 'the netns driver does it',
  limits: 'the netns driver as root does it, with control groups of either version',
};

/** The fields of {@link fieldsWithoutEffect}, for the documentation. */
export function fieldNamesWithoutEffect(): readonly { readonly field: string; readonly note: string }[] {
  const row = (prefix: string, { name, note, needs }: Field<never>) => {
    return { field: `${prefix}${name}`, note: needs === undefined ? note : `${note}; ${WHERE[needs]}` };
  };
  return [...POD.map((field) => row('spec.', field)), ...CONTAINER.map((field) => row('spec.containers[].', field))];
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
  constructor(private readonly effects: PodEffects) {}

  mutate({ operation, subresource, object, warn }: Write): void {
    if (operation === 'DELETE' || subresource) return;
    const spec = object['spec'] as (PodSpec & { template?: { spec?: PodSpec } }) | undefined;
    const template = spec?.template?.spec;
    if (object.kind === 'Pod' && spec) for (const text of fieldsWithoutEffect(spec, 'spec', this.effects)) warn(text);
    else if (template?.containers) {
      for (const text of fieldsWithoutEffect(template, 'spec.template.spec', this.effects)) warn(text);
    }
  }
}
