import type { FieldError } from '../kind.js';
import type { KubeObject } from '../object.js';
import { sameJson } from '../same-json.js';
import { forbidden, invalid, required, tooLong } from './errors.js';
import { dns1123Subdomain, labelValue, type NameRule, qualifiedName } from './names.js';

/** Of all annotations of an object together, keys and values. */
const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** Name (by the kind's rule), labels, annotations, finalizers and owners. */
export function validateMetadata(object: KubeObject, nameRule: NameRule = dns1123Subdomain): FieldError[] {
  const { metadata } = object;
  return [
    ...validateName(metadata.name, nameRule),
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateFinalizers(metadata.finalizers ?? []),
    ...validateOwners(object),
  ];
}

export function validateLabels(labels: Readonly<Record<string, unknown>> | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    const keyProblem = qualifiedName(key);
    if (keyProblem) errors.push(invalid(field, key, keyProblem));
    const valueProblem = typeof value === 'string' ? labelValue(value) : 'must be a string';
    if (valueProblem) errors.push(invalid(field, value, valueProblem));
  }
  return errors;
}

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string) {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    const problem = qualifiedName(key.toLowerCase());
    if (problem) errors.push(invalid(field, key, problem));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (bytes > ANNOTATIONS_BYTES_MAX) errors.push(tooLong(field, ANNOTATIONS_BYTES_MAX));
  return errors;
}

function validateName(name: string | undefined, rule: NameRule): FieldError[] {
  if (!name) return [required('metadata.name', 'name or generateName is required')];
  const problem = rule(name);
  return problem ? [invalid('metadata.name', name, problem)] : [];
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  return finalizers.flatMap((name, i) => {
    const problem = qualifiedName(name);
    return problem ? [invalid(`metadata.finalizers[${i}]`, name, problem)] : [];
  });
}

function validateOwners(object: KubeObject): FieldError[] {
  const owners = object.metadata.ownerReferences ?? [];
  const errors = owners.flatMap((owner, i) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((key) => !owner[key])
      .map((key) => invalid(`metadata.ownerReferences[${i}].${key}`, owner[key] ?? '', `${key} must not be empty`)),
  );
  const controllers = owners.filter((owner) => owner.controller);
  if (controllers.length > 1) {
    errors.push(
      invalid(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map((owner) => owner.kind).join(' and ')}`,
      ),
    );
  }
  return errors;
}

/** `field is immutable`, where it changed. */
export function immutable(field: string, now: unknown, before: unknown): FieldError[] {
  return sameJson(now, before) ? [] : [invalid(field, now, 'field is immutable')];
}

export function immutableForbidden(field: string, detail: string, now: unknown, before: unknown): FieldError[] {
  return sameJson(now, before) ? [] : [forbidden(field, detail)];
}
