import type { Container, ContainerPort, PodSpec, Probe, Volume } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { duplicate, forbidden, invalid, notSupported, required } from './errors.js';
import { dns1123Label, envVarName, labelValue, portName } from './names.js';
import { validatePort, validatePortOrName } from './ports.js';
import { parseQuantity, QUANTITY_SHAPE_TEXT } from './quantity.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

/** A pod spec after defaulting, at `field` (`spec` of a pod, `spec.template.spec` of a workload). */
export function validatePodSpec(spec: PodSpec | undefined, field: string): FieldError[] {
  if (!spec?.containers?.length) return [required(`${field}.containers`)];
  const names = new Set<string>();
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  return [
    ...validateVolumes(spec.volumes ?? [], `${field}.volumes`),
    ...(spec.containers ?? []).flatMap((container, i) =>
      validateContainer(container, `${field}.containers[${i}]`, names, volumes),
    ),
    ...(spec.initContainers ?? []).flatMap((container, i) =>
      validateContainer(container, `${field}.initContainers[${i}]`, names, volumes),
    ),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...Object.entries(spec.nodeSelector ?? {}).flatMap(([, value]) => {
      const problem = labelValue(value);
      return problem ? [invalid(`${field}.nodeSelector`, value, problem)] : [];
    }),
    ...(spec.hostname ? ruled(dns1123Label, `${field}.hostname`, spec.hostname) : []),
    ...nonNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...conflictingHostPorts(spec, field),
  ];
}

function validateContainer(
  container: Container,
  field: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): FieldError[] {
  return [
    ...validateContainerName(container.name, field, names),
    ...(container.image ? trimmed(`${field}.image`, container.image) : [required(`${field}.image`)]),
    ...oneOf(`${field}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...validateContainerPorts(container.ports ?? [], `${field}.ports`),
    ...validateEnv(container, `${field}.env`),
    ...validateMounts(container, field, volumes),
    ...validateProbe(container.livenessProbe, `${field}.livenessProbe`, true),
    ...validateProbe(container.readinessProbe, `${field}.readinessProbe`, false),
    ...validateProbe(container.startupProbe, `${field}.startupProbe`, true),
    ...validateResources(container, `${field}.resources`),
  ];
}

function validateContainerName(name: string | undefined, field: string, names: Set<string>): FieldError[] {
  if (!name) return [required(`${field}.name`)];
  const errors = ruled(dns1123Label, `${field}.name`, name);
  if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
  names.add(name);
  return errors;
}

function validateContainerPorts(ports: readonly ContainerPort[], field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = `${field}[${i}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      errors.push(...ruled(portName, `${at}.name`, port.name));
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (port.containerPort === undefined) errors.push(required(`${at}.containerPort`));
    else errors.push(...validatePort(port.containerPort, `${at}.containerPort`));
    if (port.hostPort) errors.push(...validatePort(port.hostPort, `${at}.hostPort`));
    errors.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS));
    return errors;
  });
}

function validateEnv(container: Container, field: string): FieldError[] {
  return (container.env ?? []).flatMap((variable, i) => {
    const at = `${field}[${i}]`;
    if (!variable.name) return [required(`${at}.name`)];
    const errors = ruled(envVarName, `${at}.name`, variable.name);
    if (variable.value && variable.valueFrom) {
      errors.push(invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    }
    return errors;
  });
}

function validateMounts(container: Container, field: string, volumes: ReadonlySet<string>): FieldError[] {
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(`${at}.name`));
    else if (!volumes.has(mount.name)) {
      errors.push({
        reason: 'FieldValueInvalid',
        field: `${at}.name`,
        message: `Not found: ${JSON.stringify(mount.name)}`,
      });
    }
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    else if (paths.has(mount.mountPath)) errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    return errors;
  });
}

function validateProbe(probe: Probe | undefined, field: string, onlyOneSuccess: boolean): FieldError[] {
  if (!probe) return [];
  const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc].filter(Boolean);
  const errors: FieldError[] = [];
  if (handlers.length === 0) errors.push(required(field, 'must specify a handler type'));
  if (handlers.length > 1) errors.push(forbidden(field, 'may not specify more than 1 handler type'));
  if (probe.exec && !probe.exec.command?.length) errors.push(required(`${field}.exec.command`));
  if (probe.httpGet) errors.push(...validatePortOrName(probe.httpGet.port, `${field}.httpGet.port`));
  if (probe.tcpSocket) errors.push(...validatePortOrName(probe.tcpSocket.port, `${field}.tcpSocket.port`));
  if (probe.grpc) errors.push(...validatePort(probe.grpc.port, `${field}.grpc.port`));
  for (const key of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...nonNegative(`${field}.${key}`, probe[key]));
  }
  if (onlyOneSuccess && (probe.successThreshold ?? 1) !== 1) {
    errors.push(invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

function validateResources(container: Container, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const { requests = {}, limits = {} } = container.resources ?? {};
  for (const [part, quantities] of Object.entries({ requests, limits })) {
    for (const [name, quantity] of Object.entries(quantities)) {
      const at = `${field}.${part}[${name}]`;
      const value = parseQuantity(quantity);
      if (value === undefined) errors.push(invalid(at, quantity, QUANTITY_SHAPE_TEXT));
      else if (value < 0) errors.push(invalid(at, quantity, 'must be greater than or equal to 0'));
    }
  }
  for (const [name, quantity] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && (parseQuantity(quantity) ?? 0) > (parseQuantity(limit) ?? 0)) {
      errors.push(
        invalid(`${field}.requests`, quantity, `must be less than or equal to ${name} limit of ${String(limit)}`),
      );
    }
  }
  return errors;
}

function validateVolumes(volumes: readonly Volume[], field: string): FieldError[] {
  const names = new Set<string>();
  return volumes.flatMap((volume, i) => {
    const at = `${field}[${i}]`;
    if (!volume.name) return [required(`${at}.name`)];
    const errors = ruled(dns1123Label, `${at}.name`, volume.name);
    if (names.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    names.add(volume.name);
    const { name: _, ...sources } = volume;
    if (Object.values(sources).filter((source) => source !== undefined && source !== null).length > 1) {
      errors.push(forbidden(at, 'may not specify more than 1 volume type'));
    }
    return errors;
  });
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

function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

function nonNegative(field: string, value: number | undefined): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

function ruled(rule: (name: string) => string | undefined, field: string, name: string): FieldError[] {
  const problem = rule(name);
  return problem ? [invalid(field, name, problem)] : [];
}

function trimmed(field: string, image: string): FieldError[] {
  return image === image.trim() ? [] : [invalid(field, image, 'must not have leading or trailing whitespace')];
}
