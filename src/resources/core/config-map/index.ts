import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { ConfigMapObject } from '../../types.js';
import { validateData, validateDataUpdate } from '../../validation/data.js';
import { validateMetadata } from '../../validation/metadata.js';

export const CONFIG_MAP: KindDefinition = {
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.ConfigMap') }],
  columns: [
    column<ConfigMapObject>(
      'Data',
      ({ data = {}, binaryData = {} }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
      { type: 'string' },
    ),
  ],
  validate(object) {
    const { data, binaryData } = object as ConfigMapObject;
    return [...validateMetadata(object), ...validateData({ data, binaryData })];
  },
  validateUpdate: (object, old) => validateDataUpdate(object, old, ['data', 'binaryData']),
};
