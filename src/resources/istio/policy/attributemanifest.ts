import { ISTIO_ATTRIBUTES, VALUE_TYPES, type ValueType } from '../../../expr/index.js';
import type { KubeObject } from '../../object.js';
import { mapOf, oneOf, string } from '../schemas.js';
import { policyKind } from './policy-kind.js';
import { message } from './proto-json.js';

export interface AttributeManifestSpec {
  revision?: string;
  name?: string;
  attributes?: Record<string, { description?: string; valueType?: ValueType | 'VALUE_TYPE_UNSPECIFIED' }>;
}

const ATTRIBUTE_NAME = /^[\p{L}_][\p{L}\p{Nd}_]*(\.[\p{L}_][\p{L}\p{Nd}_]*)*$/u;

export const attributeManifest = policyKind<AttributeManifestSpec>({
  kind: 'attributemanifest',
  plural: 'attributemanifests',
  description: 'attributemanifest (Istio 0.7): attributes that expressions may name, and their types',
  spec: message({
    revision: string,
    name: string,
    attributes: mapOf(message({ description: string, valueType: oneOf('VALUE_TYPE_UNSPECIFIED', ...VALUE_TYPES) })),
  }),
  validate: (errors, { attributes = {} }) => {
    for (const [name, { valueType }] of Object.entries(attributes)) {
      const field = `spec.attributes[${name}]`;
      if (!ATTRIBUTE_NAME.test(name)) errors.invalid(field, name, 'must be a name such as source.owner');
      if (valueType === undefined || valueType === 'VALUE_TYPE_UNSPECIFIED') {
        errors.required(`${field}.valueType`, `one of ${VALUE_TYPES.join(', ')}`);
      } else if ((ISTIO_ATTRIBUTES.get(name) ?? valueType) !== valueType) {
        errors.invalid(`${field}.valueType`, valueType, `${name} is ${ISTIO_ATTRIBUTES.get(name)!} in every mesh`);
      }
    }
  },
});

/** All attributes that manifests declare. */
export function manifestAttributes(manifests: readonly KubeObject[]): Map<string, ValueType> {
  const attributes = new Map<string, ValueType>();
  for (const manifest of manifests) {
    for (const [name, { valueType }] of Object.entries(attributeManifest.specOf(manifest).attributes ?? {})) {
      if (valueType !== undefined && valueType !== 'VALUE_TYPE_UNSPECIFIED') attributes.set(name, valueType);
    }
  }
  return attributes;
}
