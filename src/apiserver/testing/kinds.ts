import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { schemaRef } from '../../resources/schemas/index.js';

/** Small kinds for tests, so that they say what the server does and not what a real kind does. */
export const NAMESPACES: KindDefinition = {
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Namespace') }],
  subresources: { status: true },
  columns: [],
  prepareForCreate: (object) => {
    object['spec'] = { finalizers: ['kubernetes'] };
  },
};

export const CONFIG_MAPS: KindDefinition = {
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.ConfigMap') }],
  columns: [{ name: 'Data', type: 'integer', value: (object) => Object.keys((object['data'] as object) ?? {}).length }],
};

export const PODS: KindDefinition = {
  group: '',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Pod') }],
  subresources: { status: true },
  columns: [],
  selectableFields: { 'spec.nodeName': (pod) => (pod['spec'] as { nodeName?: string }).nodeName ?? '' },
};

const sailSpec = {
  type: 'object',
  properties: {
    area: { type: 'integer', minimum: 1 },
    cloth: { type: 'string', enum: ['cotton', 'canvas'] },
    replicas: { type: 'integer' },
    ropes: {
      type: 'array',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, length: { type: 'integer' } },
        required: ['name'],
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
    },
    crew: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  },
} as const;

/** Two versions; the old one, of another group, calls the area `size`. With status and scale. */
export const SAILS: KindDefinition = {
  group: 'boats.test',
  kind: 'Sail',
  plural: 'sails',
  singular: 'sail',
  shortNames: ['sl'],
  namespaced: true,
  versions: [
    {
      name: 'v1',
      storage: true,
      schema: {
        type: 'object',
        properties: { metadata: { type: 'object' }, spec: sailSpec, status: { type: 'object' } },
      },
    },
    {
      name: 'v1beta1',
      group: 'old.test',
      schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } }, status: { type: 'object' } },
      },
      toStorage: (object) => renamed(object, 'size', 'area'),
      fromStorage: (object) => renamed(object, 'area', 'size'),
      deprecationWarning: 'old.test/v1beta1 Sail is deprecated; use boats.test/v1 Sail',
    },
  ],
  subresources: {
    status: true,
    scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: () => 'sail=set' },
  },
  columns: [
    { name: 'Area', type: 'integer', value: (object) => (object['spec'] as { area?: number })?.area ?? null },
    {
      name: 'Cloth',
      type: 'string',
      priority: 1,
      value: (object) => (object['spec'] as { cloth?: string })?.cloth ?? '',
    },
  ],
  defaults: (object) => {
    object['spec'] = { cloth: 'cotton', ...(object['spec'] as object | undefined) };
  },
  validate: (object) =>
    (object['spec'] as { area?: number }).area === 13
      ? [{ reason: 'FieldValueInvalid', field: 'spec.area', message: 'Invalid value: 13: sailors will not have it' }]
      : [],
  validateUpdate: (object, old) =>
    (object['spec'] as { cloth?: string }).cloth === (old['spec'] as { cloth?: string }).cloth
      ? []
      : [{ reason: 'FieldValueForbidden', field: 'spec.cloth', message: 'Forbidden: field is immutable' }],
};

function renamed(object: KubeObject, from: string, to: string): KubeObject {
  const { [from]: value, ...spec } = (object['spec'] ?? {}) as Record<string, unknown>;
  return { ...object, spec: value === undefined ? spec : { ...spec, [to]: value } };
}

export const TEST_KINDS: readonly KindDefinition[] = [NAMESPACES, CONFIG_MAPS, PODS, SAILS];

export const CONFIG_MAP = { group: '', version: 'v1', resource: 'configmaps' };
export const NAMESPACE = { group: '', version: 'v1', resource: 'namespaces' };
export const POD = { group: '', version: 'v1', resource: 'pods' };
export const SAIL = { group: 'boats.test', version: 'v1', resource: 'sails' };
export const OLD_SAIL = { group: 'old.test', version: 'v1beta1', resource: 'sails' };
