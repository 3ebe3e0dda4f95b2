import { conform } from '../apiserver/validation/conform.js';
import { unsupportedFieldErrors } from '../resources/istio/unsupported.js';
import type { FieldError, KindDefinition, KindVersion } from '../resources/kind.js';
import { apiVersionOf, type KubeObject } from '../resources/object.js';
import { KINDS } from '../resources/registry.js';
import { validateMetadata } from '../resources/validation/metadata.js';
import { IST, TRY } from './codes.js';
import type { Message } from './message.js';
import type { Origin, Subject } from './subject.js';

const SUPPORT_PAGE = 'docs/compatibility.md';

export interface Validated {
  readonly subject: Subject;
  /** Whether its fields have the types of its kind, so that it can be looked at. */
  readonly isShaped: boolean;
  /** Undefined where this mesh has no such kind. */
  readonly definition: KindDefinition | undefined;
  readonly messages: readonly Message[];
}

/**
 * Holds an object against its kind exactly as the API server does when it is created.
 * @param namespace of an object that does not say its own
 */
export function validate(written: KubeObject, origin: Origin | undefined, namespace: string): Validated {
  const found = definitionOf(written);
  if (found === undefined) {
    const metadata = { ...written.metadata, namespace: written.metadata.namespace ?? namespace };
    return {
      subject: asSubject({ ...written, metadata }, origin),
      isShaped: true,
      definition: undefined,
      messages: [],
    };
  }
  const { definition, version } = found;
  const { value, unknown, errors } = conform({ ...written }, version.schema);
  const isShaped = !errors.some(({ reason }) => reason === 'FieldValueTypeInvalid');
  const shaped = isShaped ? stored(value as KubeObject, definition, version, namespace) : written;
  const subject = asSubject(shaped, origin);
  const problems = errors.length > 0 ? errors : kindErrors(shaped, definition);
  const unsupported = new Set(errors.length > 0 ? [] : unsupportedFieldErrors(shaped).map(({ field }) => field));
  const messages = [
    ...unknown.map(({ path, suggestion }) => unknownField(subject, path, suggestion)),
    ...problems.map((problem) => toMessage(subject, problem, unsupported)),
  ];
  return { subject, isShaped, definition, messages };
}

function asSubject(object: KubeObject, origin: Origin | undefined): Subject {
  return { object, ...(origin ? { origin } : {}) };
}

/** The kind and version that an object names. */
export function definitionOf({
  apiVersion,
  kind,
}: KubeObject): { definition: KindDefinition; version: KindVersion } | undefined {
  for (const definition of KINDS) {
    if (definition.kind !== kind) continue;
    const version = definition.versions.find(
      (each) => apiVersionOf(each.group ?? definition.group, each.name) === apiVersion,
    );
    if (version) return { definition, version };
  }
  return undefined;
}

function stored(object: KubeObject, definition: KindDefinition, version: KindVersion, namespace: string): KubeObject {
  const storage = definition.versions.find((each) => each.storage) ?? version;
  const shaped = version.toStorage?.(object) ?? object;
  const metadata = { ...shaped.metadata };
  if (definition.namespaced) metadata.namespace ||= namespace;
  const whole = { ...shaped, apiVersion: apiVersionOf(storage.group ?? definition.group, storage.name), metadata };
  definition.defaults?.(whole);
  return whole;
}

function kindErrors(object: KubeObject, definition: KindDefinition): FieldError[] {
  const errors = [...(definition.validate?.(object) ?? [])];
  // A name that the server makes up is not there yet.
  if (object.metadata.name && !errors.some(({ field }) => field.startsWith('metadata.'))) {
    errors.push(...validateMetadata(object));
  }
  return errors;
}

function unknownField(subject: Subject, path: string, suggestion: string | undefined): Message {
  return {
    type: IST.SchemaValidationError,
    level: IST.SchemaValidationError.level,
    subject,
    field: path,
    text: `Schema validation error: unknown field "${path}"`,
    fix: suggestion ? `Write ${suggestion}, if that is meant.` : 'Remove it, or correct its name or indentation.',
  };
}

function toMessage(
  subject: Subject,
  { reason, field, message }: FieldError,
  unsupported: ReadonlySet<string>,
): Message {
  if (reason === 'FieldValueForbidden' && unsupported.has(field)) {
    const type = TRY.UnsupportedField;
    const text = `${field}: ${message.replace(/^Forbidden: /, '')}`;
    return {
      type,
      level: type.level,
      subject,
      field,
      text,
      fix: `Remove it; ${SUPPORT_PAGE} lists what is supported.`,
    };
  }
  if (subject.object.kind === 'RouteRule' && field === 'spec.route' && message.includes('add up to')) {
    const type = TRY.RouteRuleWeights;
    const fix = 'Change the weights so that they add up to 100.';
    return { type, level: type.level, subject, field, text: `${field}: ${message}`, fix };
  }
  const type = IST.SchemaValidationError;
  const text = `Schema validation error: ${field}: ${message}`;
  const fix = 'Correct the field: the mesh refuses the object as it is.';
  return { type, level: type.level, subject, field, text, fix };
}
