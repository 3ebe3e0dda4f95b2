import type { FieldError, KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { PodDisruptionBudgetObject } from '../../types.js';
import { forbidden, invalid } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { oneOf } from '../../validation/values.js';

const PERCENT = /^\d+%$/;

const schema = schemaRef('io.k8s.api.policy.v1.PodDisruptionBudget');

export const POD_DISRUPTION_BUDGET: KindDefinition = {
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  versions: [
    { name: 'v1', storage: true, schema },
    {
      name: 'v1beta1',
      schema,
      deprecationWarning:
        'policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 PodDisruptionBudget',
    },
  ],
  subresources: { status: true },
  columns: [
    column<PodDisruptionBudgetObject>('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column<PodDisruptionBudgetObject>('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    column<PodDisruptionBudgetObject>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, {
      type: 'integer',
    }),
    AGE_COLUMN,
  ],
  validate: (object) => [...validateMetadata(object), ...validateBudget(object as PodDisruptionBudgetObject)],
  prepareForCreate(object) {
    object['status'] = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
};

function validateBudget({ spec }: PodDisruptionBudgetObject): FieldError[] {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy } = spec ?? {};
  const errors = [
    ...validateCount('spec.minAvailable', minAvailable),
    ...validateCount('spec.maxUnavailable', maxUnavailable),
    ...oneOf('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, ['IfHealthyBudget', 'AlwaysAllow']),
  ];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  }
  const { matchExpressions = [] } = spec?.selector ?? {};
  for (const [i, { operator, values = [] }] of matchExpressions.entries()) {
    if (/Exists?$/.test(operator) && values.length > 0) {
      const at = `spec.selector.matchExpressions[${i}].values`;
      errors.push(forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  }
  return errors;
}

function validateCount(field: string, count: number | string | undefined): FieldError[] {
  if (typeof count === 'number') {
    return count >= 0 ? [] : [invalid(field, count, 'must be greater than or equal to 0')];
  }
  if (count === undefined) return [];
  if (!PERCENT.test(count)) {
    return [invalid(field, count, "a valid percent string must be a numeric string followed by an ending '%'")];
  }
  return Number.parseInt(count, 10) <= 100 ? [] : [invalid(field, count, 'must not be greater than 100%')];
}
