import type { Schema } from '../schema.js';
import { KUBERNETES_DEFINITIONS_JSON } from './kubernetes.gen.js';
import { legacyDefinitions } from './legacy.js';

const REF_PREFIX = '#/components/schemas/';
let definitions: Readonly<Record<string, Schema>> | undefined;

/**
 * Every named definition that a Kubernetes kind's schema refers to, by its OpenAPI name (`io.k8s.api.core.v1.PodSpec`): as
 * Kubernetes 1.32 publishes them, without descriptions. Parsed at the first call.
 */
export function kubernetesDefinitions(): Readonly<Record<string, Schema>> {
  if (!definitions) {
    const current: Record<string, Schema> = JSON.parse(KUBERNETES_DEFINITIONS_JSON);
    definitions = { ...current, ...legacyDefinitions(current) };
  }
  return definitions;
}

/** A schema that is nothing but a reference to a definition: `schemaRef('io.k8s.api.core.v1.Pod')`. */
export function schemaRef(definition: string): Schema {
  return { $ref: REF_PREFIX + definition };
}

/** The schema itself, or the definition it refers to. */
export function resolveSchema(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const definition = kubernetesDefinitions()[schema.$ref.slice(REF_PREFIX.length)];
  if (!definition) throw new RangeError(`No definition ${schema.$ref} among the Kubernetes schemas`);
  return resolveSchema(definition);
}
