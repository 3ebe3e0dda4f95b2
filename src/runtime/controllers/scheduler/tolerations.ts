import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';

/** Whether one of these tolerations bears a taint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value, effect }) =>
      (!effect || effect === taint.effect) &&
      (key ? key === taint.key : operator === 'Exists') &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}
