import { TrysailError } from '../base/errors.js';
import type { FieldError } from '../resources/kind.js';

/** The `Status` object that answers every call that did not give an object. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** A call that failed, as the client will see it. Texts are those of Kubernetes, because people and programs match them. */
export class StatusError extends TrysailError {
  readonly status: Status;

  constructor(httpCode: number, reason: string, message: string, details?: StatusDetails) {
    super(reason, message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details && { details }),
      code: httpCode,
    };
  }
}

/** A resource as its errors name it: the core group has no suffix. */
export interface ResourceName {
  readonly group: string;
  readonly resource: string;
}

export function qualified({ group, resource }: ResourceName): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function details({ group, resource }: ResourceName, name: string): StatusDetails {
  return { name, ...(group !== '' && { group }), kind: resource };
}

export function notFound(of: ResourceName, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(of)} ${JSON.stringify(name)} not found`, details(of, name));
}

/** A path that is none of ours. */
export function noSuchPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(of: ResourceName, name: string): StatusError {
  const message = `${qualified(of)} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, details(of, name));
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(of: ResourceName, name: string, why = MODIFIED): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(of)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, details(of, name));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(of: ResourceName, name: string, why: string): StatusError {
  return new StatusError(
    403,
    'Forbidden',
    `${qualified(of)} ${JSON.stringify(name)} is forbidden: ${why}`,
    details(of, name),
  );
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function expired(message: string): StatusError {
  return new StatusError(410, 'Expired', message);
}

export function tooManyRequests(message: string, retryAfterSeconds = 1): StatusError {
  return new StatusError(429, 'TooManyRequests', message, { retryAfterSeconds });
}

export function entityTooLarge(limit_bytes: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit_bytes}`);
}

export function internalError(message: string): StatusError {
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** More errors of one object help nobody. */
const FIELD_ERRORS_MAX = 50;
/** Longer ones have a huge value in their middle; what it is and what it should be stand at the ends. */
const MESSAGE_CHARS_MAX = 2_000;
const MESSAGE_END_CHARS = 600;

function shortened(message: string): string {
  if (message.length <= MESSAGE_CHARS_MAX) return message;
  return `${message.slice(0, MESSAGE_END_CHARS)}…${message.slice(-MESSAGE_END_CHARS)}`;
}

/** `Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1: must be …`, with one cause per field. */
export function invalid(group: string, kind: string, name: string, errors: readonly FieldError[]): StatusError {
  const shown = errors.slice(0, FIELD_ERRORS_MAX).map((error) => ({ ...error, message: shortened(error.message) }));
  const lines = shown.map((error) => `${error.field}: ${error.message}`);
  if (errors.length > shown.length) lines.push(`and ${errors.length - shown.length} more`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const qualifiedKind = group === '' ? kind : `${kind}.${group}`;
  const causes = shown.map(({ reason, message, field }) => ({ reason, message, field }));
  return new StatusError(422, 'Invalid', `${qualifiedKind} ${JSON.stringify(name)} is invalid: ${text}`, {
    name,
    ...(group !== '' && { group }),
    kind,
    causes,
  });
}

/** Wrong parameters of a call, as Kubernetes reports them: as an object of their own, `ListOptions` and the like. */
export function invalidOptions(kind: string, field: string, message: string): StatusError {
  const reason = /^(Required|Unsupported|Forbidden)/.exec(message)?.[1] ?? 'Invalid';
  const error = { reason: REASONS[reason] ?? 'FieldValueInvalid', field, message };
  return invalid('meta.k8s.io', kind, '', [error]);
}

const REASONS: Readonly<Record<string, FieldError['reason']>> = {
  Required: 'FieldValueRequired',
  Unsupported: 'FieldValueNotSupported',
  Forbidden: 'FieldValueForbidden',
};

export function success(of: ResourceName, name: string, uid: string | undefined): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...details(of, name), ...(uid !== undefined && { uid }) },
  };
}
