import type { QuotaRule, QuotaSpecConfig, StringMatch } from '../../policy/index.js';
import { type AttributeMatch, type QuotaSpecRule, quotaSpec } from '../../resources/istio/policy/quotas/quota-spec.js';
import { quotaSpecBinding } from '../../resources/istio/policy/quotas/quota-spec-binding.js';
import type { KubeObject } from '../../resources/object.js';
import { resolveIstioService } from '../hostname.js';
import { keyOf } from '../ordering.js';
import { type MeshSnapshot, namespaceOf, type Problem, refOf } from '../snapshot.js';

export interface BoundQuotaSpecs {
  readonly specs: readonly QuotaSpecConfig[];
  readonly problems: readonly Problem[];
  /** For each binding: those of its services that there are not. */
  readonly services: readonly ((serviceExists: (host: string) => boolean) => Problem[])[];
}

/** QuotaSpecs with the services that bindings name for them, by namespace and name. One that none binds is left out. */
export function bindQuotaSpecs(snapshot: MeshSnapshot): BoundQuotaSpecs {
  const specs = new Map(
    snapshot.quotaSpecs.map((object) => [`${namespaceOf(object)}/${object.metadata.name}`, object]),
  );
  const services = new Map<string, Set<string>>();
  const bindings = new Map<string, Set<string>>();
  const problems: Problem[] = [];
  const checks: ((serviceExists: (host: string) => boolean) => Problem[])[] = [];
  for (const binding of snapshot.quotaSpecBindings) {
    const { hosts, names } = targetsOf(binding, snapshot.config.clusterDomain);
    checks.push((serviceExists) =>
      hosts
        .filter((host) => !serviceExists(host))
        .map((host) => unresolved(binding, 'ServiceNotFound', `No service ${host} is known`)),
    );
    for (const name of names) {
      if (!specs.has(name)) problems.push(unresolved(binding, 'QuotaSpecNotFound', `No QuotaSpec ${name} exists`));
      const bound = services.get(name) ?? new Set();
      for (const host of hosts) bound.add(host);
      services.set(name, bound);
      bindings.set(name, (bindings.get(name) ?? new Set()).add(keyOf(binding)));
    }
  }
  const bound = [...specs].filter(([name]) => services.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    specs: bound.map(([name, object]) => ({
      name,
      bindings: [...bindings.get(name)!].sort(),
      services: [...services.get(name)!].sort(),
      rules: rulesOf(object),
    })),
    problems,
    services: checks,
  };
}

function targetsOf(binding: KubeObject, domain: string): { hosts: string[]; names: string[] } {
  const { services = [], quotaSpecs = [] } = quotaSpecBinding.specOf(binding);
  const own = namespaceOf(binding);
  return {
    hosts: services.map((service) => resolveIstioService(service, own, domain)),
    names: quotaSpecs.map(({ name = '', namespace = own }) => `${namespace}/${name}`),
  };
}

function rulesOf(object: KubeObject): QuotaRule[] {
  return (quotaSpec.specOf(object).rules ?? []).map(({ match = [], quotas = [] }: QuotaSpecRule) => ({
    match: match.map(({ clause = {} }) =>
      Object.fromEntries(Object.entries(clause).map(([name, one]) => [name, stringMatch(one)])),
    ),
    quotas: quotas.map(({ quota = '', charge = 0 }) => ({ quota, charge })),
  }));
}

function stringMatch({ exact, prefix, regex = '' }: AttributeMatch): StringMatch {
  if (exact !== undefined) return { exact };
  return prefix === undefined ? { regex } : { prefix };
}

function unresolved(object: KubeObject, reason: string, message: string): Problem {
  return { object: refOf(object), type: 'ResolvedRefs', reason, message };
}
