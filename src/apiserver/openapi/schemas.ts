import { describeDefinition, describeIstio, describeKind } from '../../resources/descriptions/index.js';
import type { Schema } from '../../resources/schema.js';
import { kubernetesDefinitions } from '../../resources/schemas/index.js';
import type { JsonObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';

export const SCHEMA_REF_PREFIX = '#/components/schemas/';

/** A group's kinds and all that they refer to, by name. */
export function componentSchemas(kinds: readonly ServedKind[]): JsonObject {
  const schemas: JsonObject = {};
  for (const kind of kinds) {
    const { $ref: ref, ...own } = kind.version.schema;
    const schema = ref === undefined ? described(kind, own) : definition(ref.slice(SCHEMA_REF_PREFIX.length));
    const isOurs = ref !== undefined || isIstio(kind);
    const description = (isOurs ? describeKind(kind.definition) : undefined) ?? schema.description;
    schemas[schemaName(kind)] = {
      ...schema,
      ...(description !== undefined && { description }),
      properties: properties(schema),
      'x-kubernetes-group-version-kind': [gvk(kind)],
    };
    collect(schemas[schemaName(kind)], schemas);
  }
  return schemas;
}

/** Kinds that users define say themselves what their fields mean. */
function described(kind: ServedKind, schema: Schema): Schema {
  return isIstio(kind) ? describeIstio(schema) : schema;
}

function isIstio({ group }: ServedKind): boolean {
  return group.endsWith('.istio.io');
}

function definition(name: string): Schema {
  return describeDefinition(name, kubernetesDefinitions()[name] ?? {});
}

/** Definitions of Kubernetes keep their names; others are named after their group, as custom resources are. */
export function schemaName({ definition, group, version }: ServedKind): string {
  const { $ref: ref } = version.schema;
  if (ref !== undefined) return ref.slice(SCHEMA_REF_PREFIX.length);
  return [...group.split('.').reverse(), version.name, definition.kind].join('.');
}

export function gvk({ definition, group, version }: ServedKind): JsonObject {
  return { group, version: version.name, kind: definition.kind };
}

const OBJECT_META = { $ref: `${SCHEMA_REF_PREFIX}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` };

function properties(schema: Schema): JsonObject {
  return {
    ...schema.properties,
    apiVersion: {
      type: 'string',
      description: 'The group and version in which the object is written, such as apps/v1.',
    },
    kind: {
      type: 'string',
      description: 'The kind of the object, such as Deployment.',
    },
    metadata: { ...OBJECT_META, description: 'Name, labels and what else all objects have.' },
  };
}

/** Adds every definition that a schema refers to, and theirs. */
function collect(value: unknown, schemas: JsonObject): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [field, part] of Object.entries(value)) {
    if (field === '$ref' && typeof part === 'string') {
      const name = part.slice(SCHEMA_REF_PREFIX.length);
      if (schemas[name] !== undefined) continue;
      schemas[name] = definition(name);
      collect(schemas[name], schemas);
    } else {
      collect(part, schemas);
    }
  }
}
