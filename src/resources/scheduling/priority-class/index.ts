import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { PriorityClassObject } from '../../types.js';
import { forbidden, required } from '../../validation/errors.js';
import { immutableForbidden, validateMetadata } from '../../validation/metadata.js';
import { oneOf } from '../../validation/values.js';

/** Above it are those of the system. */
const USER_PRIORITY_MAX = 1_000_000_000;
const SYSTEM_PREFIX = 'system-';

export const PRIORITY_CLASS: KindDefinition = {
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.scheduling.v1.PriorityClass') }],
  columns: [
    column<PriorityClassObject>('Value', ({ value }) => value, { type: 'integer' }),
    column<PriorityClassObject>('Global-Default', ({ globalDefault }) => globalDefault ?? false, { type: 'boolean' }),
    AGE_COLUMN,
    column<PriorityClassObject>('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? '', { wide: true }),
  ],
  defaults(object) {
    const priorityClass = object as PriorityClassObject;
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate(object) {
    const { metadata, value, preemptionPolicy } = object as PriorityClassObject;
    const errors = [
      ...validateMetadata(object),
      ...oneOf('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never']),
    ];
    if (value === undefined) errors.push(required('value'));
    else if (value > USER_PRIORITY_MAX && !metadata.name.startsWith(SYSTEM_PREFIX)) {
      errors.push(forbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`));
    }
    return errors;
  },
  validateUpdate: (object, old) => [
    ...immutableForbidden('value', 'may not be changed in an update.', object['value'], old['value']),
    ...immutableForbidden(
      'preemptionPolicy',
      'may not be changed in an update.',
      object['preemptionPolicy'],
      old['preemptionPolicy'],
    ),
  ],
};
