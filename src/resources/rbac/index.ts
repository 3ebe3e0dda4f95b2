import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import type { FieldError, KindDefinition } from '../kind.js';
import type { KubeObject } from '../object.js';
import { AGE_COLUMN, column, NAME_COLUMN } from '../printing/columns.js';
import { schemaRef } from '../schemas/index.js';
import type { RoleBindingObject, RoleObject } from '../types.js';
import { invalid, notSupported, required } from '../validation/errors.js';
import { immutable, validateMetadata } from '../validation/metadata.js';
import { pathSegmentName } from '../validation/names.js';
import { oneOf } from '../validation/values.js';

const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group'];
const GROUP = 'rbac.authorization.k8s.io';

export const ROLE = role('Role', true);
export const CLUSTER_ROLE = role('ClusterRole', false);
export const ROLE_BINDING = binding('RoleBinding', true);
export const CLUSTER_ROLE_BINDING = binding('ClusterRoleBinding', false);

function base(kind: string, namespaced: boolean): Omit<KindDefinition, 'columns'> {
  const singular = kind.toLowerCase();
  return {
    group: GROUP,
    kind,
    plural: `${singular}s`,
    singular,
    namespaced,
    versions: [{ name: 'v1', storage: true, schema: schemaRef(`io.k8s.api.rbac.v1.${kind}`) }],
  };
}

function role(kind: string, namespaced: boolean): KindDefinition {
  return {
    ...base(kind, namespaced),
    columns: [NAME_COLUMN, column('Created At', ({ metadata }) => metadata.creationTimestamp ?? '')],
    validate: (object) => [
      ...validateMetadata(object, pathSegmentName),
      ...((object as RoleObject).rules ?? []).flatMap((rule, i) => validateRule(rule, `rules[${i}]`, namespaced)),
    ],
  };
}

function validateRule(rule: PolicyRule, field: string, namespaced: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (!rule.verbs?.length) errors.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if (rule.nonResourceURLs?.length) {
    const detail = 'namespaced rules cannot apply to non-resource URLs';
    return namespaced ? [...errors, invalid(`${field}.nonResourceURLs`, rule.nonResourceURLs, detail)] : errors;
  }
  if (!rule.apiGroups?.length) {
    errors.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (!rule.resources?.length) {
    errors.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return errors;
}

function binding(kind: string, namespaced: boolean): KindDefinition {
  return {
    ...base(kind, namespaced),
    columns: [
      column<RoleBindingObject>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
      AGE_COLUMN,
      column<RoleBindingObject>('Users', (object) => subjects(object, 'User'), { wide: true }),
      column<RoleBindingObject>('Groups', (object) => subjects(object, 'Group'), { wide: true }),
      column<RoleBindingObject>('ServiceAccounts', (object) => subjects(object, 'ServiceAccount'), { wide: true }),
    ],
    defaults(object) {
      const { roleRef, subjects: list = [] } = object as RoleBindingObject;
      if (roleRef) roleRef.apiGroup ||= GROUP;
      for (const subject of list) subject.apiGroup ??= subject.kind === 'ServiceAccount' ? '' : GROUP;
    },
    validate: (object) => [
      ...validateMetadata(object, pathSegmentName),
      ...validateBinding(object as RoleBindingObject, namespaced),
    ],
    validateUpdate: (object, old) => immutable('roleRef', object['roleRef'], old['roleRef']),
  };
}

function validateBinding({ roleRef, subjects: list = [] }: RoleBindingObject, namespaced: boolean): FieldError[] {
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const errors: FieldError[] = [];
  if (!roleRef?.name) errors.push(required('roleRef.name'));
  if (roleRef && !kinds.includes(roleRef.kind)) errors.push(notSupported('roleRef.kind', roleRef.kind, kinds));
  if (roleRef && roleRef.apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP]));
  for (const [i, subject] of list.entries()) {
    errors.push(...oneOf(`subjects[${i}].kind`, subject.kind, SUBJECT_KINDS));
    if (!subject.name) errors.push(required(`subjects[${i}].name`));
    if (subject.kind === 'ServiceAccount' && !subject.namespace) errors.push(required(`subjects[${i}].namespace`));
  }
  return errors;
}

function subjects(object: KubeObject, kind: string): string {
  return ((object as RoleBindingObject).subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) => (subject.namespace ? `${subject.namespace}/${subject.name}` : subject.name))
    .join(', ');
}
