import type { KindDefinition } from '../../kind.js';
import { column, NAME_COLUMN } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import { validateMetadata } from '../../validation/metadata.js';
import type { CustomResourceDefinitionObject } from './types.js';
import { validateDefinition, validateDefinitionUpdate } from './validate.js';

/** Keeps a definition until the last of its objects is gone. */
export const CUSTOM_RESOURCE_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export const CUSTOM_RESOURCE_DEFINITION: KindDefinition = {
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  versions: [
    {
      name: 'v1',
      storage: true,
      schema: schemaRef('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'),
    },
  ],
  subresources: { status: true },
  columns: [NAME_COLUMN, column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '')],
  defaults(object) {
    const { spec } = object as CustomResourceDefinitionObject;
    if (!spec?.names) return;
    spec.names.singular ||= spec.names.kind?.toLowerCase();
    spec.names.listKind ||= `${spec.names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
  },
  validate: (object) => [...validateMetadata(object), ...validateDefinition(object as CustomResourceDefinitionObject)],
  validateUpdate: (object, old) =>
    validateDefinitionUpdate(object as CustomResourceDefinitionObject, old as CustomResourceDefinitionObject),
  prepareForCreate(object) {
    const definition = object as CustomResourceDefinitionObject;
    const finalizers = definition.metadata.finalizers ?? [];
    if (!finalizers.includes(CUSTOM_RESOURCE_CLEANUP)) {
      definition.metadata.finalizers = [...finalizers, CUSTOM_RESOURCE_CLEANUP];
    }
    // It is served as soon as it is stored, so there is nothing to wait for.
    const at = definition.metadata.creationTimestamp ?? '';
    const condition = (type: string, reason: string, message: string) => ({
      type,
      status: 'True',
      lastTransitionTime: at,
      reason,
      message,
    });
    definition.status = {
      conditions: [
        condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: definition.spec?.names ?? { plural: '', kind: '' },
      storedVersions: (definition.spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name),
    };
  },
};
