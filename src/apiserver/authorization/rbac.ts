import type { PolicyRule, Subject } from 'kubernetes-types/rbac/v1.js';
import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from '../../resources/rbac/index.js';
import type { RoleBindingObject, RoleObject } from '../../resources/types.js';
import type { Store } from '../../store/store.js';
import type { User } from '../http/authentication.js';
import { storedObject, storedObjects } from '../lookup.js';
import type { Attributes, Authorizer, Decision } from './authorizer.js';

const MASTERS = 'system:masters';
/** The mesh's own parts, which no binding of a user may lock out. */
const TRUSTED_GROUPS: ReadonlySet<string> = new Set([MASTERS, 'system:nodes']);
const ACCOUNT_PREFIX = 'system:serviceaccount:';

/** What every known user may ask about itself: Kubernetes' `system:basic-user`. */
const BASIC_RULES: readonly PolicyRule[] = [
  {
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    verbs: ['create'],
  },
  { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
];

/** Kubernetes' role based access control over the stored roles and bindings. It only allows: what no rule grants is forbidden. */
export class RbacAuthorizer implements Authorizer {
  constructor(private readonly store: Store<KubeObject>) {}

  authorize(attributes: Attributes): Decision {
    const { user, namespace } = attributes;
    if (user.groups.some((group) => TRUSTED_GROUPS.has(group))) return { allowed: true, reason: '' };
    if (BASIC_RULES.some((rule) => covers(rule, attributes))) return { allowed: true, reason: '' };
    for (const { binding, rules } of this.grants(user, namespace)) {
      if (!rules.some((rule) => covers(rule, attributes))) continue;
      const { kind, roleRef, metadata } = binding;
      const reason = `RBAC: allowed by ${kind} "${metadata.name}" of ${roleRef.kind} "${roleRef.name}" to ${user.name}`;
      return { allowed: true, reason };
    }
    return { allowed: false, reason: '' };
  }

  /** All rules that hold for a user in a namespace, and everywhere. */
  rulesFor(user: User, namespace: string): PolicyRule[] {
    if (user.groups.includes(MASTERS)) {
      return [
        { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ];
    }
    return [...BASIC_RULES, ...this.grants(user, namespace).flatMap(({ rules }) => rules)];
  }

  private grants(user: User, namespace: string | undefined): { binding: RoleBindingObject; rules: PolicyRule[] }[] {
    const everywhere = this.bindings(CLUSTER_ROLE_BINDING, undefined);
    const here = namespace === undefined ? [] : this.bindings(ROLE_BINDING, namespace);
    return [...everywhere, ...here]
      .filter(({ subjects = [], metadata }) => subjects.some((subject) => isSubject(user, subject, metadata.namespace)))
      .map((binding) => ({ binding, rules: this.rulesOf(binding) }));
  }

  private bindings(definition: KindDefinition, namespace: string | undefined): RoleBindingObject[] {
    return storedObjects(this.store, definition, namespace) as RoleBindingObject[];
  }

  private rulesOf({ roleRef, metadata }: RoleBindingObject): PolicyRule[] {
    const role =
      roleRef.kind === 'ClusterRole'
        ? storedObject(this.store, CLUSTER_ROLE, roleRef.name)
        : storedObject(this.store, ROLE, roleRef.name, metadata.namespace);
    return (role as RoleObject | undefined)?.rules ?? [];
  }
}

function isSubject(user: User, { kind, name, namespace }: Subject, here: string | undefined): boolean {
  if (kind === 'User') return user.name === name;
  if (kind === 'Group') return user.groups.includes(name);
  return user.name === `${ACCOUNT_PREFIX}${namespace ?? here}:${name}`;
}

function covers(rule: PolicyRule, { verb, group, resource, name, path }: Attributes): boolean {
  if (!has(rule.verbs, verb)) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, path));
  if (!has(rule.apiGroups, group) || !coversResource(rule.resources ?? [], resource)) return false;
  return !rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name));
}

function has(values: readonly string[] | undefined, wanted: string): boolean {
  return values?.some((value) => value === '*' || value === wanted) ?? false;
}

/** `pods`, `pods/log`, `*`, and every kind's subresource as `*` + `/log`. */
function coversResource(resources: readonly string[], wanted: string): boolean {
  const slash = wanted.indexOf('/');
  const anyKind = slash < 0 ? undefined : `*${wanted.slice(slash)}`;
  return resources.some((each) => each === '*' || each === wanted || each === anyKind);
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
