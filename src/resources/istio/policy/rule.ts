import { suggest } from '../../../base/suggest.js';
import type { FieldErrors } from '../checks.js';
import { list, string, stringList } from '../schemas.js';
import {
  HANDLER_KINDS,
  type HandlerKind,
  INSTANCE_KINDS,
  INSTANCES_OF_HANDLER,
  type InstanceKind,
  parsePolicyName,
  UNSERVED_POLICY_KINDS,
} from './names.js';
import { policyKind } from './policy-kind.js';
import { message } from './proto-json.js';

export interface RuleSpec {
  /** Empty: always. */
  match?: string;
  actions?: { handler?: string; instances?: string[] }[];
}

export const rule = policyKind<RuleSpec>({
  kind: 'rule',
  plural: 'rules',
  description: 'rule (Istio 0.7): which handlers get which instances, and when',
  spec: message({
    match: string,
    selector: string,
    actions: list(message({ handler: string, instances: stringList })),
  }),
  validate: (errors, { actions = [] }) => {
    if (actions.length === 0) errors.required('spec.actions', 'at least one action with a handler and its instances');
    actions.forEach((action, index) => {
      checkAction(errors, `spec.actions[${index}]`, action);
    });
  },
  expressions: ({ match = '' }) =>
    match.trim() === '' ? [] : [{ field: 'spec.match', text: match, expected: 'BOOL' }],
});

function checkAction(
  errors: FieldErrors,
  field: string,
  { handler, instances = [] }: { handler?: string; instances?: string[] },
): void {
  const handlerKind = checkName(errors, `${field}.handler`, handler ?? '', HANDLER_KINDS, 'handler');
  if (instances.length === 0)
    errors.required(`${field}.instances`, 'at least one instance, for example requests.checknothing');
  const seen = new Set<string>();
  instances.forEach((instance, index) => {
    const at = `${field}.instances[${index}]`;
    if (seen.has(instance)) errors.duplicate(at, instance);
    seen.add(instance);
    const kind = checkName(errors, at, instance, INSTANCE_KINDS, 'instance');
    if (kind !== undefined && handlerKind !== undefined) checkPair(errors, at, instance, handlerKind, kind);
  });
}

function checkName<Kind extends string>(
  errors: FieldErrors,
  field: string,
  text: string,
  kinds: readonly Kind[],
  what: string,
): Kind | undefined {
  if (text === '') {
    errors.required(field, `the name of a ${what}, for example name.${kinds[0]!}`);
    return undefined;
  }
  const named = parsePolicyName(text, '');
  if (named === undefined) {
    errors.invalid(field, text, 'must be name.kind or name.kind.namespace');
    return undefined;
  }
  const kind = kinds.find((one) => one === named.kind);
  if (kind === undefined) errors.invalid(field, text, whyNoKind(named.kind, kinds, what));
  return kind;
}

function whyNoKind(kind: string, kinds: readonly string[], what: string): string {
  if ((UNSERVED_POLICY_KINDS as readonly string[]).includes(kind)) {
    return `${kind} is not supported by this mesh; see docs/compatibility.md`;
  }
  const near = suggest(kind, kinds);
  return `${kind} is not a kind of ${what}; ${near === undefined ? `there are ${kinds.join(', ')}` : `did you mean ${near}?`}`;
}

function checkPair(
  errors: FieldErrors,
  field: string,
  text: string,
  handler: HandlerKind,
  instance: InstanceKind,
): void {
  const able = INSTANCES_OF_HANDLER[handler];
  if (!able.includes(instance)) errors.invalid(field, text, `a ${handler} takes ${able.join(', ')}, not ${instance}`);
}
