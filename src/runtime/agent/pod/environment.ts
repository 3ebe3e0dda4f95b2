import type { Container, EnvVar } from 'kubernetes-types/core/v1.js';
import type { ServiceObject } from '../../../resources/types.js';
import type { Sandbox } from '../../drivers/driver.js';
import { RuntimeError } from '../../errors.js';
import type { ObjectReader } from '../object-reader.js';
import { expandReferences } from './expand.js';
import { fieldValue, type PodFacts, resourceValue } from './field-ref.js';

type ServiceAddress = NonNullable<Sandbox['serviceAddress']>;

/**
 * A container's environment in kubelet's order: variables of services, envFrom, env; each may use those before it.
 * Error CONFIG_MISSING for a ConfigMap or Secret, or a key of one, that is not there and not optional.
 */
export async function containerEnvironment(
  facts: PodFacts,
  container: Container,
  reader: ObjectReader,
  serviceAddress?: ServiceAddress,
): Promise<Record<string, string>> {
  const namespace = facts.pod.metadata.namespace ?? 'default';
  const environment: Record<string, string> = {};
  Object.assign(environment, await serviceVariables(facts, namespace, reader, serviceAddress));
  for (const from of container.envFrom ?? []) {
    const source = from.configMapRef
      ? await dataOf(reader, 'configmap', namespace, from.configMapRef)
      : await dataOf(reader, 'secret', namespace, from.secretRef ?? {});
    for (const [key, value] of Object.entries(source ?? {})) environment[(from.prefix ?? '') + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(facts, container, variable, reader, environment);
    if (value !== undefined) environment[variable.name] = value;
  }
  return environment;
}

async function variableValue(
  facts: PodFacts,
  container: Container,
  { value, valueFrom }: EnvVar,
  reader: ObjectReader,
  before: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const namespace = facts.pod.metadata.namespace ?? 'default';
  if (!valueFrom) return expandReferences(value ?? '', before);
  if (valueFrom.fieldRef) return fieldValue(facts, valueFrom.fieldRef.fieldPath);
  if (valueFrom.resourceFieldRef) {
    const { containerName } = valueFrom.resourceFieldRef;
    const of = facts.pod.spec.containers.find(({ name }) => name === containerName) ?? container;
    return resourceValue(facts, of, valueFrom.resourceFieldRef);
  }
  const kind = valueFrom.configMapKeyRef ? 'configmap' : 'secret';
  const ref = valueFrom.configMapKeyRef ?? valueFrom.secretKeyRef;
  if (!ref) return undefined;
  const data = await dataOf(reader, kind, namespace, ref);
  const found = data?.[ref.key];
  if (found === undefined && data && !ref.optional) {
    throw missing(
      `couldn't find key ${ref.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${ref.name}`,
    );
  }
  return found;
}

/** @returns undefined when it is optional and not there */
async function dataOf(
  reader: ObjectReader,
  kind: 'configmap' | 'secret',
  namespace: string,
  ref: { readonly name?: string; readonly optional?: boolean },
): Promise<Record<string, string> | undefined> {
  const name = ref.name ?? '';
  const object = kind === 'configmap' ? await reader.configMap(namespace, name) : await reader.secret(namespace, name);
  const found = object && (kind === 'configmap' ? (object.data ?? {}) : decoded(object.data ?? {}));
  if (found === undefined && !ref.optional) throw missing(`${kind} "${name}" not found`);
  return found;
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function missing(message: string): RuntimeError {
  return new RuntimeError('CONFIG_MISSING', message);
}

/** `REVIEWS_SERVICE_HOST` and the older Docker links, for the services of the pod's namespace. */
async function serviceVariables(
  { pod }: PodFacts,
  namespace: string,
  reader: ObjectReader,
  serviceAddress: ServiceAddress = async () => undefined,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  const own = pod.spec.enableServiceLinks === false ? [] : await reader.services(namespace);
  const master = (await reader.services('default')).filter(({ metadata }) => metadata.name === 'kubernetes');
  for (const service of [...master, ...own]) Object.assign(variables, await variablesOf(service, serviceAddress));
  return variables;
}

async function variablesOf(
  { metadata, spec }: ServiceObject,
  serviceAddress: ServiceAddress,
): Promise<Record<string, string>> {
  const clusterIP = spec.clusterIP;
  if (!clusterIP || clusterIP === 'None' || !spec.ports?.length) return {};
  const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
  const variables: Record<string, string> = {};
  for (const [i, { name, port: own, protocol = 'TCP' }] of spec.ports.entries()) {
    const reached = protocol === 'TCP' ? await serviceAddress(clusterIP, own) : undefined;
    const { address, port } = reached ?? { address: clusterIP, port: own };
    const lower = protocol.toLowerCase();
    // Of the link, the name says the port as the service has it.
    const link = `${prefix}_PORT_${own}_${protocol}`;
    const url = `${lower}://${address}:${port}`;
    if (i === 0) {
      variables[`${prefix}_SERVICE_HOST`] = address;
      variables[`${prefix}_SERVICE_PORT`] = String(port);
      variables[`${prefix}_PORT`] = url;
    }
    if (name) variables[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
    variables[link] = url;
    variables[`${link}_PROTO`] = lower;
    variables[`${link}_PORT`] = String(port);
    variables[`${link}_ADDR`] = address;
  }
  return variables;
}
