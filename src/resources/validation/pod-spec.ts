import type { HostAlias, PodSpec, Toleration } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { validateContainer, validateInitContainer } from './container.js';
import { duplicate, invalid, required } from './errors.js';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from './names.js';
import { validateIp } from './ports.js';
import { nonNegative, oneOf, ruled } from './values.js';
import { validateVolumes } from './volumes.js';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const TOLERATION_OPERATORS = ['Equal', 'Exists'];
const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const INT32_MAX = 2 ** 31 - 1;
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

/**
 * A pod spec after defaulting, at `field` (`spec` of a pod, `spec.template.spec` of a workload).
 * @param claimTemplates names of volumes that a StatefulSet adds
 */
export function validatePodSpec(
  spec: PodSpec | undefined,
  field: string,
  claimTemplates: readonly string[] = [],
): FieldError[] {
  if (!spec?.containers?.length) return [required(`${field}.containers`)];
  const names = new Set<string>();
  const volumes = new Set([...(spec.volumes ?? []).map((volume) => volume.name), ...claimTemplates]);
  return [
    ...validateVolumes(spec.volumes ?? [], `${field}.volumes`),
    ...(spec.containers ?? []).flatMap((container, i) =>
      validateContainer(container, `${field}.containers[${i}]`, names, volumes),
    ),
    ...(spec.initContainers ?? []).flatMap((container, i) =>
      validateInitContainer(container, `${field}.initContainers[${i}]`, names, volumes),
    ),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateNodeSelector(spec.nodeSelector, `${field}.nodeSelector`),
    ...(spec.hostname ? ruled(dns1123Label, `${field}.hostname`, spec.hostname) : []),
    ...(spec.subdomain ? ruled(dns1123Label, `${field}.subdomain`, spec.subdomain) : []),
    ...(spec.serviceAccountName ? ruled(dns1123Subdomain, `${field}.serviceAccountName`, spec.serviceAccountName) : []),
    ...validateDeadline(spec.activeDeadlineSeconds, `${field}.activeDeadlineSeconds`),
    ...(spec.hostAliases ?? []).flatMap((alias, i) => validateAlias(alias, `${field}.hostAliases[${i}]`)),
    ...(spec.tolerations ?? []).flatMap((each, i) => validateToleration(each, `${field}.tolerations[${i}]`)),
    ...nonNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...conflictingHostPorts(spec, field),
  ];
}

function validateNodeSelector(selector: PodSpec['nodeSelector'], field: string): FieldError[] {
  return Object.entries(selector ?? {}).flatMap(([key, value]) => [
    ...ruled(qualifiedName, field, key),
    ...ruled(labelValue, field, value),
  ]);
}

function validateDeadline(seconds: number | undefined, field: string): FieldError[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= INT32_MAX)) return [];
  return [invalid(field, seconds, `must be between 1 and ${INT32_MAX}, inclusive`)];
}

function validateAlias({ ip, hostnames = [] }: HostAlias, field: string): FieldError[] {
  const address = validateIp(ip, `${field}.ip`);
  return [...address, ...hostnames.flatMap((name, i) => ruled(dns1123Subdomain, `${field}.hostnames[${i}]`, name))];
}

function validateToleration({ key, operator, value, effect }: Toleration, field: string): FieldError[] {
  const errors = [
    ...(key ? ruled(qualifiedName, `${field}.key`, key) : []),
    ...oneOf(`${field}.operator`, operator || undefined, TOLERATION_OPERATORS),
    ...oneOf(`${field}.effect`, effect || undefined, TAINT_EFFECTS),
  ];
  if (operator === 'Exists' && value) {
    errors.push(invalid(`${field}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  }
  if (!key && operator !== 'Exists') {
    errors.push(
      invalid(
        `${field}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  return errors;
}

/** Two containers of one pod cannot both have one port of the host. */
function conflictingHostPorts(spec: PodSpec, field: string): FieldError[] {
  const taken = new Set<string>();
  return spec.containers.flatMap((container, i) =>
    (container.ports ?? []).flatMap((port, j) => {
      if (!port.hostPort) return [];
      const key = `${port.hostIP ?? '0.0.0.0'}:${port.hostPort}/${port.protocol}`;
      if (taken.has(key)) return [duplicate(`${field}.containers[${i}].ports[${j}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}
