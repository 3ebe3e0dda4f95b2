import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { ServiceAccountObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';

export const SERVICE_ACCOUNT: KindDefinition = {
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.ServiceAccount') }],
  columns: [column<ServiceAccountObject>('Secrets', (account) => account.secrets?.length ?? 0, { type: 'string' })],
  validate: (object) => validateMetadata(object),
};
