import { randomUUID } from 'node:crypto';
import { nameSuffix } from '../../base/random.js';
import type { KubeObject } from '../../resources/object.js';
import { StoreError } from '../../store/errors.js';
import { admit } from '../admission/run.js';
import {
  type ApiContext,
  admissionRequest,
  keyOf,
  resourceName,
  type Target,
  type WriteOptions,
  withRevision,
} from '../api-context.js';
import { toStorage } from '../conversion.js';
import type { ServedKind } from '../kind-table.js';
import { alreadyExists, badRequest, invalid } from '../status-error.js';
import { timestamp } from '../timestamp.js';
import { decodeObject } from '../validation/decode.js';

/** A generated name's suffix has 27^5 values: this many collisions in a row do not happen by chance. */
const GENERATE_ATTEMPTS_MAX = 8;
/** What a suffix of 5 leaves of a DNS label. */
const GENERATED_BASE_CHARS_MAX = 58;

/** @returns the new object in its storage version */
export async function createObject(
  context: ApiContext,
  kind: ServedKind,
  namespace: string | undefined,
  input: unknown,
  options: WriteOptions,
  managedFields?: (object: KubeObject) => unknown[] | undefined,
): Promise<KubeObject> {
  const decoded = decodeObject(kind, input, options);
  checkNew(kind, decoded, namespace);
  for (let attempt = 1; ; attempt++) {
    const object = toStorage(kind, withMetadata(context, decoded, namespace));
    const target: Target = { kind, namespace, name: object.metadata.name };
    try {
      return await insert(context, target, object, options, managedFields);
    } catch (error) {
      const collided = error instanceof StoreError && error.code === 'CONFLICT';
      if (!collided) throw error;
      if (decoded.metadata.name || attempt === GENERATE_ATTEMPTS_MAX) {
        throw alreadyExists(resourceName(kind), object.metadata.name);
      }
    }
  }
}

async function insert(
  context: ApiContext,
  target: Target,
  object: KubeObject,
  options: WriteOptions,
  managedFields?: (object: KubeObject) => unknown[] | undefined,
): Promise<KubeObject> {
  target.kind.definition.prepareForCreate?.(object);
  const request = admissionRequest('CREATE', target, object, options);
  await admit(target.kind, context.admissions, request);
  const fields = managedFields?.(object);
  if (fields) object.metadata.managedFields = fields;
  const key = keyOf(target);
  if (context.store.latest(key)) throw new StoreError('CONFLICT', `${key} exists`);
  if (options.dryRun) return object;
  let created = object;
  const value = (revision: number): KubeObject => (created = withRevision(object, revision));
  await context.store.write([{ type: 'put', key, value, expected: 0 }]);
  return created;
}

function checkNew(kind: ServedKind, { metadata }: KubeObject, namespace: string | undefined): void {
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  if (kind.definition.namespaced && namespace === undefined) {
    throw badRequest('an empty namespace may not be set during creation');
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (!metadata.name && !metadata.generateName) {
    const message = 'Required value: name or generateName is required';
    throw invalid(kind.group, kind.definition.kind, '', [
      { reason: 'FieldValueRequired', field: 'metadata.name', message },
    ]);
  }
}

/** What only the server sets. */
function withMetadata(context: ApiContext, object: KubeObject, namespace: string | undefined): KubeObject {
  const {
    resourceVersion: _1,
    deletionTimestamp: _2,
    deletionGracePeriodSeconds: _3,
    managedFields: _4,
    ...metadata
  } = object.metadata;
  const name = metadata.name || `${metadata.generateName?.slice(0, GENERATED_BASE_CHARS_MAX)}${nameSuffix()}`;
  return {
    ...object,
    metadata: {
      ...metadata,
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      generation: 1,
      creationTimestamp: timestamp(context.clock.now()),
    },
  };
}
