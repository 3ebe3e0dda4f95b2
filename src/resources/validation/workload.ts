import type { PersistentVolumeClaim, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { FieldError } from '../kind.js';
import { matchesLabelSelector } from '../labels/selector.js';
import { forbidden, invalid, notSupported, required } from './errors.js';
import { validateAnnotations, validateLabels } from './metadata.js';
import { labelValue, qualifiedName } from './names.js';
import { validatePodSpec } from './pod-spec.js';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const NO_VALUES = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";

interface WorkloadSpec {
  replicas?: number;
  minReadySeconds?: number;
  selector?: LabelSelector;
  template?: PodTemplateSpec;
  volumeClaimTemplates?: readonly PersistentVolumeClaim[];
}

/** What Deployments and ReplicaSets have in common: replicas, a selector that matches the template, pods that restart. */
export function validateWorkload(spec: WorkloadSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['replicas', 'minReadySeconds'] as const) {
    if ((spec[key] ?? 0) < 0) errors.push(invalid(`spec.${key}`, spec[key], 'must be greater than or equal to 0'));
  }
  return [...errors, ...validateSelector(spec.selector), ...validateTemplate(spec)];
}

function validateSelector(selector: LabelSelector | undefined): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
    return [invalid('spec.selector', selector, 'empty selector is invalid for deployment')];
  }
  return [
    ...validateLabels(matchLabels, 'spec.selector.matchLabels'),
    ...matchExpressions.flatMap(({ key, operator, values = [] }, i) => {
      const at = `spec.selector.matchExpressions[${i}]`;
      const errors: FieldError[] = [];
      const problem = qualifiedName(key);
      if (problem) errors.push(invalid(`${at}.key`, key, problem));
      if (!OPERATORS.includes(operator)) errors.push(notSupported(`${at}.operator`, operator, OPERATORS));
      if (operator.endsWith('In') && values.length === 0) {
        errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      if (/Exists?$/.test(operator) && values.length > 0) {
        errors.push(forbidden(`${at}.values`, NO_VALUES));
      }
      for (const [j, value] of values.entries()) {
        const wrong = labelValue(value);
        if (wrong) errors.push(invalid(`${at}.values[${j}]`, value, wrong));
      }
      return errors;
    }),
  ];
}

function validateTemplate({ selector, template, volumeClaimTemplates = [] }: WorkloadSpec): FieldError[] {
  if (!template) return [required('spec.template')];
  const errors = [
    ...validateLabels(template.metadata?.labels, 'spec.template.metadata.labels'),
    ...validateAnnotations(template.metadata?.annotations, 'spec.template.metadata.annotations'),
    ...validatePodSpec(
      template.spec,
      'spec.template.spec',
      volumeClaimTemplates.flatMap(({ metadata }) => metadata?.name ?? []),
    ),
  ];
  if (selector && !matchesLabelSelector(selector, template.metadata?.labels ?? {})) {
    errors.unshift(
      invalid(
        'spec.template.metadata.labels',
        template.metadata?.labels,
        '`selector` does not match template `labels`',
      ),
    );
  }
  const restartPolicy = template.spec?.restartPolicy;
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  return errors;
}
