import { randomUUID } from 'node:crypto';
import { nameSuffix } from '../../base/random.js';
import type { KubeObject } from '../../resources/object.js';
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
import { trackCreation } from '../apply/managed-fields.js';
import { toStorage } from '../conversion.js';
import { hasGeneration } from '../generation.js';
import type { ServedKind } from '../kind-table.js';
import { alreadyExists, badRequest, invalid } from '../status-error.js';
import { timestamp } from '../timestamp.js';
import { decodeObject } from '../validation/decode.js';

/** A generated name's suffix has 27^5 values: this many collisions in a row do not happen by chance. */
const GENERATE_ATTEMPTS_MAX = 8;
/** What a suffix of 5 leaves of a DNS label. */
const GENERATED_BASE_CHARS_MAX = 58;

/**
 * Nothing is awaited between the look at what is stored and the write, so no other write can come between.
 * @returns the new object in its storage version
 */
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
  const target: Target = {
    kind,
    namespace,
    name: decoded.metadata.name || freeName(context, kind, namespace, decoded),
  };
  const object = toStorage(kind, withMetadata(context, decoded, target));
  kind.definition.prepareForCreate?.(object);
  admit(kind, context.admissions, admissionRequest('CREATE', target, object, options));
  const write = { kind, manager: options.fieldManager, clock: context.clock };
  const fields = managedFields?.(object) ?? (options.tracked ? trackCreation(write, object) : undefined);
  if (fields) object.metadata.managedFields = fields;
  const key = keyOf(target);
  if (context.store.latest(key)) throw alreadyExists(resourceName(kind), target.name);
  if (options.dryRun) return object;
  let created = object;
  const value = (revision: number): KubeObject => {
    created = withRevision(object, revision);
    return created;
  };
  await context.store.write([{ type: 'put', key, value, expected: 0 }]);
  return created;
}

function freeName(
  context: ApiContext,
  kind: ServedKind,
  namespace: string | undefined,
  { metadata }: KubeObject,
): string {
  const base = metadata.generateName?.slice(0, GENERATED_BASE_CHARS_MAX) ?? '';
  for (let attempt = 1; ; attempt++) {
    const name = base + nameSuffix();
    if (!context.store.latest(keyOf({ kind, namespace, name }))) return name;
    if (attempt === GENERATE_ATTEMPTS_MAX) throw alreadyExists(resourceName(kind), name);
  }
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
function withMetadata(context: ApiContext, object: KubeObject, { kind, name, namespace }: Target): KubeObject {
  const {
    resourceVersion: _1,
    deletionTimestamp: _2,
    deletionGracePeriodSeconds: _3,
    managedFields: _4,
    generation: _5,
    ...metadata
  } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      ...(hasGeneration(kind.definition) && { generation: 1 }),
      creationTimestamp: timestamp(context.clock.now()),
    },
  };
}
