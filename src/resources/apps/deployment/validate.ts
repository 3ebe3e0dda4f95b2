import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import type { FieldError } from '../../kind.js';
import { forbidden, invalid, notSupported } from '../../validation/errors.js';
import { validateWorkload } from '../../validation/workload.js';

const PERCENT = /^\d+%$/;

export function validateDeployment(spec: Partial<DeploymentSpec>): FieldError[] {
  const errors = [...validateWorkload(spec), ...validateStrategy(spec.strategy)];
  if ((spec.revisionHistoryLimit ?? 0) < 0) {
    errors.push(invalid('spec.revisionHistoryLimit', spec.revisionHistoryLimit, 'must be greater than or equal to 0'));
  }
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function validateStrategy(strategy: DeploymentSpec['strategy']): FieldError[] {
  if (!strategy) return [];
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbidden('spec.strategy.rollingUpdate', detail)] : [];
  }
  if (type !== 'RollingUpdate') return [notSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate'])];
  const { maxSurge, maxUnavailable } = rollingUpdate ?? {};
  const errors = [
    ...validateAmount(maxUnavailable, 'spec.strategy.rollingUpdate.maxUnavailable', true),
    ...validateAmount(maxSurge, 'spec.strategy.rollingUpdate.maxSurge', false),
  ];
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    errors.push(
      invalid('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    );
  }
  return errors;
}

function validateAmount(amount: number | string | undefined, field: string, hundredMax: boolean): FieldError[] {
  if (amount === undefined) return [];
  if (typeof amount === 'number') {
    return amount < 0 ? [invalid(field, amount, 'must be greater than or equal to 0')] : [];
  }
  if (!PERCENT.test(amount)) {
    return [
      invalid(
        field,
        amount,
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ),
    ];
  }
  return hundredMax && Number.parseInt(amount, 10) > 100
    ? [invalid(field, amount, 'must not be greater than 100%')]
    : [];
}

function isZero(amount: number | string | undefined): boolean {
  return amount === 0 || amount === '0%' || amount === '0';
}
