import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { checkIstioService } from '../istio-service.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { DestinationPolicy, DestinationPolicySpec, SimpleCircuitBreaker } from './types.js';

const COUNTS = [
  'maxConnections',
  'httpMaxPendingRequests',
  'httpMaxRequests',
  'httpConsecutiveErrors',
  'httpMaxRequestsPerConnection',
  'httpMaxRetries',
] as const;

export function validateDestinationPolicy(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as DestinationPolicy).spec as DestinationPolicySpec | undefined;
  if (spec?.destination === undefined) {
    errors.required('spec.destination', 'the service that the policy is for, for example {name: reviews}');
    return errors.list;
  }
  checkIstioService(errors, 'spec.destination', spec.destination);
  if (spec.source) checkIstioService(errors, 'spec.source', spec.source);
  if (spec.loadBalancing === undefined && spec.circuitBreaker === undefined) {
    errors.required('spec', 'a policy: loadBalancing or circuitBreaker');
  }
  if (spec.circuitBreaker?.simpleCb) checkCircuitBreaker(errors, spec.circuitBreaker.simpleCb);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkCircuitBreaker(errors: FieldErrors, breaker: SimpleCircuitBreaker): void {
  const field = 'spec.circuitBreaker.simpleCb';
  for (const name of COUNTS) errors.atLeast(`${field}.${name}`, breaker[name], 0);
  errors.range(`${field}.httpMaxEjectionPercent`, breaker.httpMaxEjectionPercent, 0, 100);
  errors.duration(`${field}.sleepWindow`, breaker.sleepWindow);
  errors.duration(`${field}.httpDetectionInterval`, breaker.httpDetectionInterval);
}
