import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { LeaseObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';

export const LEASE: KindDefinition = {
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.coordination.v1.Lease') }],
  columns: [column<LeaseObject>('Holder', (lease) => lease.spec?.holderIdentity ?? '')],
  validate: (object) => validateMetadata(object),
};
