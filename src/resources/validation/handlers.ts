import type { Lifecycle, Probe } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../kind.js';
import { forbidden, invalid, required } from './errors.js';
import { validatePort, validatePortOrName } from './ports.js';
import { nonNegative, oneOf } from './values.js';

const SCHEMES = ['HTTP', 'HTTPS'];
const TIMES = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** @param onlyOneSuccess of probes that end a container: one success is enough to let it live */
export function validateProbe(probe: Probe | undefined, field: string, onlyOneSuccess: boolean): FieldError[] {
  if (!probe) return [];
  const errors = validateHandler(probe, field);
  if (probe.grpc) errors.push(...validatePort(probe.grpc.port, `${field}.grpc.port`));
  for (const key of TIMES) errors.push(...nonNegative(`${field}.${key}`, probe[key]));
  if (onlyOneSuccess && (probe.successThreshold ?? 1) !== 1) {
    errors.push(invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

export function validateLifecycle({ postStart, preStop }: Lifecycle, field: string): FieldError[] {
  return [
    ...(postStart ? validateHandler(postStart, `${field}.postStart`) : []),
    ...(preStop ? validateHandler(preStop, `${field}.preStop`) : []),
  ];
}

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & { readonly sleep?: unknown };

function validateHandler({ exec, httpGet, tcpSocket, grpc, sleep }: Handler, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const count = [exec, httpGet, tcpSocket, grpc, sleep].filter(Boolean).length;
  if (count === 0) errors.push(required(field, 'must specify a handler type'));
  if (count > 1) errors.push(forbidden(field, 'may not specify more than 1 handler type'));
  if (exec && !exec.command?.length) errors.push(required(`${field}.exec.command`));
  if (httpGet) {
    errors.push(...validatePortOrName(httpGet.port, `${field}.httpGet.port`));
    errors.push(...oneOf(`${field}.httpGet.scheme`, httpGet.scheme, SCHEMES));
  }
  if (tcpSocket) errors.push(...validatePortOrName(tcpSocket.port, `${field}.tcpSocket.port`));
  return errors;
}
