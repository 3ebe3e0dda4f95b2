import { messageOf } from '../../base/errors.js';
import { ISTIO_KINDS } from '../../resources/istio/index.js';
import type { KubeObject } from '../../resources/object.js';
import { type MeshSnapshot, POLICY_LIST_NAMES, type Problem, refOf } from '../snapshot.js';

const LISTS = [
  'routeRules',
  'destinationPolicies',
  'egressRules',
  'virtualServices',
  'destinationRules',
  'gateways',
  'serviceEntries',
  'workloadEntries',
  'sidecars',
  'envoyFilters',
  ...POLICY_LIST_NAMES,
] as const;

const validators = new Map(ISTIO_KINDS.map(({ kind, validate }) => [kind, validate]));
/** Undefined: nothing is wrong. Stored objects do not change, so each is looked at once. */
const verdicts = new WeakMap<KubeObject, { readonly message: string | undefined }>();

/**
 * The snapshot without objects that are not valid. Our API server stores none, but another one may, and so may have an earlier
 * version: one such object must not keep the mesh from being built, and is told on the object itself.
 */
export function withoutInvalid(snapshot: MeshSnapshot): { snapshot: MeshSnapshot; problems: Problem[] } {
  const problems: Problem[] = [];
  const lists = LISTS.map((list) => [list, snapshot[list].filter((object) => isAccepted(object, problems))] as const);
  return { snapshot: { ...snapshot, ...Object.fromEntries(lists) }, problems };
}

function isAccepted(object: KubeObject, problems: Problem[]): boolean {
  let verdict = verdicts.get(object);
  if (verdict === undefined) {
    verdict = { message: whatIsWrong(object) };
    verdicts.set(object, verdict);
  }
  if (verdict.message === undefined) return true;
  problems.push({ object: refOf(object), type: 'Accepted', reason: 'Invalid', message: verdict.message });
  return false;
}

function whatIsWrong(object: KubeObject): string | undefined {
  try {
    const errors = validators.get(object.kind)?.(object) ?? [];
    return errors.length === 0 ? undefined : errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  } catch (error) {
    return `Cannot read the object: ${messageOf(error)}`;
  }
}
