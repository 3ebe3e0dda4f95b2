import type { KindDefinition } from '../kind.js';
import type { Schema } from '../schema.js';
import { ISTIO_FIELDS } from './istio-fields.js';
import { KIND_DESCRIPTIONS } from './kinds.js';
import { KUBERNETES_FIELDS } from './kubernetes-fields.js';

/** One sentence on what a kind is for; undefined for kinds that users define. */
export function describeKind({ kind }: KindDefinition): string | undefined {
  return KIND_DESCRIPTIONS[kind];
}

/** A definition of Kubernetes, such as `io.k8s.api.core.v1.PodSpec`, with what its fields mean. */
export function describeDefinition(name: string, schema: Schema): Schema {
  const own = name.slice(name.lastIndexOf('.') + 1);
  return describeProperties(schema, (field) => KUBERNETES_FIELDS[`${own}.${field}`] ?? KUBERNETES_FIELDS[field]);
}

/** A schema of one of Istio's kinds with what its fields mean, to its leaves. */
export function describeIstio(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const deep: Schema = {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, field]) => [name, isRoot(name) ? field : describeIstio(field)]),
      ),
    }),
    ...(items && { items: describeIstio(items) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: describeIstio(additionalProperties) }),
  };
  return describeProperties(deep, (field) => ISTIO_FIELDS[field]);
}

/** Described with Kubernetes' own. */
function isRoot(name: string): boolean {
  return name === 'metadata';
}

function describeProperties(schema: Schema, sentence: (field: string) => string | undefined): Schema {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([field, value]): [string, Schema] => {
    // What the schema says itself is about the form of the value.
    const description = [sentence(field), value.description].filter(Boolean).join(' ');
    return [field, description === '' ? value : { ...value, description }];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
