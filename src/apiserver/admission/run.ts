import type { FieldError } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { validateMetadata } from '../../resources/validation/metadata.js';
import type { ServedKind } from '../kind-table.js';
import { invalid } from '../status-error.js';
import type { Admission, AdmissionRequest } from './admission.js';

/** Completes and checks an object that is about to be created or changed. Throws StatusError. */
export function admit(kind: ServedKind, admissions: readonly Admission[], request: AdmissionRequest): void {
  const { definition, object } = request;
  definition.defaults?.(object);
  for (const admission of admissions) admission.mutate?.(request);
  // A container that a hook added has no defaults yet; filling in is idempotent.
  definition.defaults?.(object);
  const errors = kindErrors(request);
  for (const admission of admissions) errors.push(...(admission.validate?.(request) ?? []));
  if (errors.length > 0) throw invalid(kind.group, definition.kind, object.metadata.name, errors);
}

function kindErrors({ definition, object, old }: AdmissionRequest): FieldError[] {
  const errors = [...(definition.validate?.(object) ?? [])];
  // What may not change is compared in objects that are sound alone.
  if (old && errors.length === 0) errors.push(...(definition.validateUpdate?.(object, old) ?? []));
  if (old) errors.push(...newFinalizers(object, old));
  // A kind with a rule of its own for names has said it better.
  if (!errors.some((error) => error.field.startsWith('metadata.'))) errors.push(...validateMetadata(object));
  return errors;
}

/** What is being deleted may finish only: who came late would hold up what nobody tells it of. */
function newFinalizers({ metadata }: KubeObject, { metadata: before }: KubeObject): FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const added = (metadata.finalizers ?? []).filter((name) => !before.finalizers?.includes(name));
  if (added.length === 0) return [];
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [{ reason: 'FieldValueForbidden', field: 'metadata.finalizers', message: `Forbidden: ${why}` }];
}
