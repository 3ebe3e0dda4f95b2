import type { ScalePaths } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { copyJson, isObject, type JsonObject } from '../json.js';
import { badRequest, invalid } from '../status-error.js';

/** The Scale of an object in its storage version: one shape for all kinds that have replicas. */
export function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberAt(object, paths.specReplicas);
  const selector = paths.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, paths.statusReplicas), ...(selector !== '' && { selector }) },
  };
}

/** A copy of the object with the replicas of a Scale. Throws BadRequest or Invalid. */
export function withScale(object: KubeObject, paths: ScalePaths, scale: unknown): KubeObject {
  if (!isObject(scale) || (scale['kind'] !== undefined && scale['kind'] !== 'Scale')) {
    throw badRequest('the body must be a Scale of autoscaling/v1');
  }
  const spec = isObject(scale['spec']) ? scale['spec'] : {};
  const replicas = spec['replicas'] ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
    throw invalid('autoscaling', 'Scale', object.metadata.name, [
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message },
    ]);
  }
  const copy = copyJson(object);
  setNumberAt(copy, paths.specReplicas, replicas);
  const { resourceVersion } = (isObject(scale['metadata']) ? scale['metadata'] : {}) as { resourceVersion?: string };
  if (resourceVersion) copy.metadata.resourceVersion = resourceVersion;
  else delete copy.metadata.resourceVersion;
  return copy;
}

function fieldsOfPath(path: string): string[] {
  return path.split('.').filter((field) => field !== '');
}

function numberAt(object: KubeObject, path: string): number {
  let value: unknown = object;
  for (const field of fieldsOfPath(path)) value = isObject(value) ? value[field] : undefined;
  return typeof value === 'number' ? value : 0;
}

function setNumberAt(object: KubeObject, path: string, number: number): void {
  const fields = fieldsOfPath(path);
  let parent: JsonObject = object;
  for (const field of fields.slice(0, -1)) {
    if (!isObject(parent[field])) parent[field] = {};
    parent = parent[field] as JsonObject;
  }
  parent[fields.at(-1)!] = number;
}
