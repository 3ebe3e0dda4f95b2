import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { ControllerRevisionObject } from '../../types.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';

/** A template that a StatefulSet or DaemonSet had once: what `kubectl rollout undo` goes back to. */
export const CONTROLLER_REVISION: KindDefinition = {
  group: 'apps',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.apps.v1.ControllerRevision') }],
  columns: [
    column<ControllerRevisionObject>('Controller', ({ metadata }) => {
      const owner = metadata.ownerReferences?.find(({ controller }) => controller);
      return owner === undefined ? '<none>' : `${owner.kind.toLowerCase()}.apps/${owner.name}`;
    }),
    column<ControllerRevisionObject>('Revision', ({ revision }) => revision, { type: 'integer' }),
    AGE_COLUMN,
  ],
  validate: (object) => validateMetadata(object),
  validateUpdate: (object, old) => immutable('data', object['data'], old['data']),
};
