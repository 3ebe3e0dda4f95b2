import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { HttpProbe, ReadinessProbe, WorkloadGroup, WorkloadGroupSpec } from './types.js';

const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;
const METHODS = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const;
const SCHEMES = ['HTTP', 'HTTPS'];

export function validateWorkloadGroup(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as WorkloadGroup).spec as WorkloadGroupSpec | undefined;
  if (spec?.template === undefined) errors.required('spec.template', 'what its WorkloadEntries have in common');
  if (spec?.probe) checkProbe(errors, 'spec.probe', spec.probe);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkProbe(errors: FieldErrors, field: string, probe: ReadinessProbe): void {
  for (const name of COUNTS) errors.atLeast(`${field}.${name}`, probe[name], 0);
  const methods = METHODS.filter((name) => probe[name] !== undefined);
  if (methods.length === 0) errors.required(field, `one of ${METHODS.join(', ')}`);
  if (methods.length > 1) errors.invalid(field, methods, `must have only one of ${METHODS.join(', ')}`);
  if (probe.httpGet) checkHttpGet(errors, `${field}.httpGet`, probe.httpGet);
  if (probe.exec && !probe.exec.command?.length) errors.required(`${field}.exec.command`, 'the command to run');
}

function checkHttpGet(errors: FieldErrors, field: string, { scheme, httpHeaders = [] }: HttpProbe): void {
  if (scheme && !SCHEMES.includes(scheme)) errors.notSupported(`${field}.scheme`, scheme, SCHEMES);
  httpHeaders.forEach(({ name = '' }, index) => {
    errors.headerName(`${field}.httpHeaders[${index}].name`, name);
  });
}
