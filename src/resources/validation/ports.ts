import type { FieldError } from '../kind.js';
import { invalid } from './errors.js';
import { portName } from './names.js';

const PORT_MAX = 65535;

export function validatePort(port: unknown, field: string): FieldError[] {
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= PORT_MAX
    ? []
    : [invalid(field, port, `must be between 1 and ${PORT_MAX}, inclusive`)];
}

/** A number, or the name of a container's port. */
export function validatePortOrName(port: unknown, field: string): FieldError[] {
  if (typeof port !== 'string') return validatePort(port, field);
  const problem = portName(port);
  return problem ? [invalid(field, port, problem)] : [];
}
