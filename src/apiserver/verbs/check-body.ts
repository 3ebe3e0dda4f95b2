import type { KubeObject } from '../../resources/object.js';
import { resourceName, type Target } from '../api-context.js';
import { badRequest, conflict } from '../status-error.js';

/** A body must be about the object in the URL, in the state that its writer knew. Throws BadRequest or Conflict. */
export function checkBody(target: Target, body: KubeObject, stored: KubeObject): void {
  const { kind, name } = target;
  const { metadata } = body;
  checkName(body, target);
  if (metadata.uid && metadata.uid !== stored.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${stored.metadata.uid}`;
    throw conflict(resourceName(kind), name, why);
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== stored.metadata.resourceVersion) {
    throw conflict(resourceName(kind), name);
  }
}

/** A body may leave out what the URL says; it may not say something else. Throws BadRequest. */
export function checkName({ metadata }: KubeObject, { namespace, name }: Target): void {
  if (metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${metadata.namespace}) does not match the namespace on the URL (${namespace ?? ''})`,
    );
  }
}
