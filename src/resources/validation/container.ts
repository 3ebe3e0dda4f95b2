import type { Container, ContainerPort } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { validateEnv, validateEnvFrom } from './environment.js';
import { duplicate, forbidden, invalid, notSupported, required } from './errors.js';
import { validateLifecycle, validateProbe } from './handlers.js';
import { dns1123Label, portName } from './names.js';
import { validatePort } from './ports.js';
import { parseQuantity, QUANTITY_SHAPE_TEXT } from './quantity.js';
import { oneOf, ruled } from './values.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['FallbackToLogsOnError', 'File'];
/** What waits for a container to be ready makes no sense for one that has to end. */
const NOT_OF_INIT = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const;

/**
 * @param names of the pod's containers so far; this one's is added
 * @param volumes names of the pod's
 */
export function validateContainer(
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
    ...validateEnvFrom(container, `${field}.envFrom`),
    ...validateMounts(container, field, volumes),
    ...validateProbe(container.livenessProbe, `${field}.livenessProbe`, true),
    ...validateProbe(container.readinessProbe, `${field}.readinessProbe`, false),
    ...validateProbe(container.startupProbe, `${field}.startupProbe`, true),
    ...(container.lifecycle ? validateLifecycle(container.lifecycle, `${field}.lifecycle`) : []),
    ...oneOf(`${field}.terminationMessagePolicy`, container.terminationMessagePolicy, MESSAGE_POLICIES),
    ...validateResources(container, `${field}.resources`),
  ];
}

/** As {@link validateContainer}, and what init containers alone may or may not be. */
export function validateInitContainer(
  container: Container,
  field: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const errors = validateContainer(container, field, names, volumes);
  const { restartPolicy } = container as { restartPolicy?: string };
  if (restartPolicy === 'Always') return errors;
  if (restartPolicy !== undefined) errors.push(notSupported(`${field}.restartPolicy`, restartPolicy, ['Always']));
  for (const key of NOT_OF_INIT) {
    if (container[key] === undefined) continue;
    errors.push(forbidden(`${field}.${key}`, 'may not be set for init containers without restartPolicy=Always'));
  }
  return errors;
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

function trimmed(field: string, image: string): FieldError[] {
  return image === image.trim() ? [] : [invalid(field, image, 'must not have leading or trailing whitespace')];
}
