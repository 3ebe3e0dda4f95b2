import { type Vocabulary, vocabularyOf } from '../../expr/index.js';
import type { HandlerConfig, InstanceConfig, PolicyConfig } from '../../policy/index.js';
import { manifestAttributes } from '../../resources/istio/policy/attributemanifest.js';
import { expressionProblems } from '../../resources/istio/policy/expressions.js';
import { POLICY_KINDS } from '../../resources/istio/policy/index.js';
import { fullName, HANDLER_KINDS, INSTANCE_KINDS } from '../../resources/istio/policy/names.js';
import { pathAsWritten } from '../../resources/istio/policy/proto-json.js';
import type { KubeObject } from '../../resources/object.js';
import { withoutInvalid } from '../model/accepted.js';
import {
  type MeshSnapshot,
  namespaceOf,
  POLICY_LIST_NAMES,
  POLICY_LISTS,
  type PolicyList,
  type Problem,
  refOf,
} from '../snapshot.js';
import { HANDLERS } from './handlers.js';
import { INSTANCES } from './instances.js';
import { bindQuotaSpecs } from './quota-specs.js';
import { compileRule, deadMatch } from './rules.js';

/** Mixer's configuration of a whole mesh, and what of it does not work. */
export interface MeshPolicy {
  readonly config: PolicyConfig;
  readonly problems: readonly Problem[];
}

/** What is wrong with a host that an object names, once it is known which services there are. */
type ServiceCheck = (serviceExists: (host: string) => boolean) => Problem[];

export interface CompiledPolicy extends MeshPolicy {
  readonly services: readonly ServiceCheck[];
}

/** The policy of the last snapshot: most changes of a mesh are none of policy. */
let last: { readonly objects: readonly unknown[]; readonly compiled: CompiledPolicy } | undefined;

/** What policy says of all objects but Services, of which it may name any. */
export function compiledPolicy(everything: MeshSnapshot): CompiledPolicy {
  const { snapshot } = withoutInvalid(everything);
  const { rootNamespace, clusterDomain } = snapshot.config;
  const objects = [rootNamespace, clusterDomain, ...POLICY_LIST_NAMES.flatMap((list) => snapshot[list])];
  const unchanged =
    last?.objects.length === objects.length && last.objects.every((one, index) => one === objects[index]);
  if (!unchanged) last = { objects, compiled: buildPolicy(snapshot) };
  return last!.compiled;
}

function buildPolicy(snapshot: MeshSnapshot): CompiledPolicy {
  const attributes = manifestAttributes(snapshot.attributeManifests);
  const { wrong, problems: mistyped } = withWrongExpressions(snapshot, vocabularyOf(attributes));
  const usable = (list: PolicyList) => snapshot[list].filter((object) => !wrong.has(object));
  const quotas = bindQuotaSpecs(snapshot);
  const { rootNamespace } = snapshot.config;
  const parts = { handlers: handlersOf(usable), instances: instancesOf(usable), rootNamespace };
  const rules = inOrder(usable('rules'), rootNamespace).map((object) => compileRule(object, parts));
  const config: PolicyConfig = {
    ...parts,
    attributes: Object.fromEntries(attributes),
    rules: rules.map(({ rule }) => rule).filter(({ actions }) => actions.length > 0),
    quotaSpecs: quotas.specs,
  };
  return {
    config,
    problems: [...mistyped, ...rules.flatMap(({ problems }) => problems), ...quotas.problems],
    services: [...usable('rules').map((object) => deadMatch(object, rootNamespace)), ...quotas.services],
  };
}

/** Objects with an expression that the mesh's vocabulary does not let through: nobody can evaluate them. */
function withWrongExpressions(snapshot: MeshSnapshot, vocabulary: Vocabulary) {
  const kinds = new Map(POLICY_KINDS.map((kind) => [kind.definition.kind, kind]));
  const wrong = new Set<KubeObject>();
  const problems: Problem[] = [];
  for (const object of POLICY_LIST_NAMES.flatMap((list) => snapshot[list])) {
    const fields = kinds.get(object.kind)?.expressionsOf(object) ?? [];
    const found = expressionProblems(fields, vocabulary);
    if (found.length === 0) continue;
    wrong.add(object);
    const texts = found.map(({ error }) => `${pathAsWritten(object, error.field)}: ${error.message}`);
    problems.push({ object: refOf(object), type: 'Accepted', reason: 'InvalidExpression', message: texts.join('; ') });
  }
  return { wrong, problems };
}

/** The root's rules first, then by namespace and name. */
function inOrder(rules: readonly KubeObject[], root: string): KubeObject[] {
  const rank = (rule: KubeObject) => (namespaceOf(rule) === root ? '' : namespaceOf(rule));
  const key = (rule: KubeObject) => `${rank(rule)}/${rule.metadata.name}`;
  return [...rules].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

type ObjectsOf = (list: PolicyList) => readonly KubeObject[];

function handlersOf(objects: ObjectsOf): Record<string, HandlerConfig> {
  return byName(objects, HANDLER_KINDS, (kind, object) => HANDLERS[kind](object));
}

function instancesOf(objects: ObjectsOf): Record<string, InstanceConfig> {
  return byName(objects, INSTANCE_KINDS, (kind, object) => INSTANCES[kind](object));
}

function byName<Kind extends string, Config>(
  objects: ObjectsOf,
  kinds: readonly Kind[],
  configOf: (kind: Kind, object: KubeObject) => Config,
): Record<string, Config> {
  const lists = POLICY_LIST_NAMES.filter((list) => (kinds as readonly string[]).includes(POLICY_LISTS[list]));
  const entries = lists.flatMap((list) =>
    objects(list).map((object): [string, Config] => {
      const kind = POLICY_LISTS[list];
      const name = fullName({ name: object.metadata.name, kind, namespace: namespaceOf(object) });
      return [name, configOf(kind as string as Kind, object)];
    }),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
