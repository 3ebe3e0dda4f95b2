import { type Vocabulary, vocabularyOf } from '../../expr/index.js';
import type { HandlerConfig, InstanceConfig, PolicyConfig, RuleConfig } from '../../policy/index.js';
import { manifestAttributes } from '../../resources/istio/policy/attributemanifest.js';
import { expressionProblems } from '../../resources/istio/policy/expressions.js';
import { POLICY_KINDS } from '../../resources/istio/policy/index.js';
import { fullName, HANDLER_KINDS, INSTANCE_KINDS } from '../../resources/istio/policy/names.js';
import { pathAsWritten } from '../../resources/istio/policy/proto-json.js';
import type { KubeObject } from '../../resources/object.js';
import { memo } from '../memo.js';
import { withoutInvalid } from '../model/accepted.js';
import { meshOf } from '../model/mesh.js';
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

const policies = new WeakMap<MeshSnapshot, MeshPolicy>();

/** The same snapshot gives the same policy, built once. */
export function policyOf(snapshot: MeshSnapshot): MeshPolicy {
  return memo(policies, snapshot, () => {
    const compiled = compiledOf(snapshot);
    const { services } = meshOf(snapshot);
    const { problems, services: named } = compiled;
    return {
      config: compiled.config,
      problems: [...problems, ...named.flatMap((one) => one((host) => services.has(host)))],
    };
  });
}

/** What is wrong with a host that an object names, once it is known which services there are. */
type ServiceCheck = (serviceExists: (host: string) => boolean) => Problem[];

interface Compiled extends MeshPolicy {
  readonly services: readonly ServiceCheck[];
}

/** The policy of the last snapshot: most changes of a mesh are none of policy. */
let last: { readonly objects: readonly unknown[]; readonly compiled: Compiled } | undefined;

function compiledOf(everything: MeshSnapshot): Compiled {
  const { snapshot } = withoutInvalid(everything);
  const { rootNamespace, clusterDomain } = snapshot.config;
  const objects = [rootNamespace, clusterDomain, ...POLICY_LIST_NAMES.flatMap((list) => snapshot[list])];
  const unchanged =
    last?.objects.length === objects.length && last.objects.every((one, index) => one === objects[index]);
  if (!unchanged) last = { objects, compiled: buildPolicy(snapshot) };
  return last!.compiled;
}

function buildPolicy(snapshot: MeshSnapshot): Compiled {
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

/** What of a mesh's policy holds for requests of these services: rules, and what they name. */
export function policyForServices(config: PolicyConfig, services: readonly string[]): PolicyConfig {
  const namespaces = new Set([config.rootNamespace, ...services.map((host) => host.split('.')[1] ?? '')]);
  const rules = config.rules.filter(({ namespace }) => namespaces.has(namespace));
  const quotaSpecs = config.quotaSpecs
    .map((spec) => ({ ...spec, services: spec.services.filter((host) => services.includes(host)) }))
    .filter((spec) => spec.services.length > 0);
  const actions = rules.flatMap((one: RuleConfig) => one.actions);
  return {
    ...config,
    rules,
    quotaSpecs,
    handlers: pick(
      config.handlers,
      actions.map(({ handler }) => handler),
    ),
    instances: pick(
      config.instances,
      actions.flatMap(({ instances }) => instances),
    ),
  };
}

function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  const wanted = new Set(names);
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)));
}
