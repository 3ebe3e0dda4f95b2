import type { PolicyConfig, RuleConfig } from '../../policy/index.js';

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
