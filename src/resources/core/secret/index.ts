import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { SecretObject } from '../../types.js';
import { validateData, validateDataUpdate } from '../../validation/data.js';
import { required } from '../../validation/errors.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';

/** Keys that a Secret of a type must have. */
const KEYS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

export const SECRET: KindDefinition = {
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  singular: 'secret',
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Secret') }],
  columns: [
    column<SecretObject>('Type', (secret) => secret.type ?? ''),
    column<SecretObject>('Data', (secret) => Object.keys(secret.data ?? {}).length, { type: 'string' }),
  ],
  selectableFields: { type: (secret) => (secret as SecretObject).type ?? '' },
  defaults(object) {
    const secret = object as SecretObject;
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    // stringData is for writing alone.
    for (const [key, value] of Object.entries(secret.stringData)) {
      secret.data = { ...secret.data, [key]: Buffer.from(value).toString('base64') };
    }
    delete secret.stringData;
  },
  validate(object) {
    const secret = object as SecretObject;
    const missing = (KEYS_OF_TYPE[secret.type ?? ''] ?? []).filter((key) => secret.data?.[key] === undefined);
    return [
      ...validateMetadata(object),
      ...validateData({ data: secret.data }),
      ...missing.map((key) => required(`data[${key}]`)),
    ];
  },
  validateUpdate: (object, old) => [
    ...immutable('type', object['type'], old['type']),
    ...validateDataUpdate(object, old, ['data']),
  ],
};
