import { isIP } from 'node:net';
import type { FieldError } from '../kind.js';
import { invalid } from './errors.js';
import { portName } from './names.js';

const PORT_MAX = 65535;

export function validatePort(port: unknown, field: string): FieldError[] {
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= PORT_MAX
    ? []
    : [invalid(field, port, `must be between 1 and ${PORT_MAX}, inclusive`)];
}

/** @param family only addresses of it; absent: of both */
export function validateIp(address: string | undefined, field: string, family?: 4 | 6): FieldError[] {
  const found = isIP(address ?? '');
  if (found !== 0 && (family === undefined || found === family)) return [];
  const which = family !== undefined && found !== 0 ? `a valid IPv${family} address` : 'a valid IP address';
  return [invalid(field, address, `must be ${which}`)];
}

/** A number, or the name of a container's port. */
export function validatePortOrName(port: unknown, field: string): FieldError[] {
  if (typeof port !== 'string') return validatePort(port, field);
  const problem = portName(port);
  return problem ? [invalid(field, port, problem)] : [];
}
