import type { Translation } from '../../compiler/index.js';
import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { Destination, HttpRoute, VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { KubeObject } from '../../resources/object.js';
import { mergedByHost } from './merge-rules.js';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Host -> name of a subset in the model -> its name for people. */
type SubsetNames = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The objects of a translation with the names that a person would have given: `v1` for the subset of `version: v1`, hosts of the
 * object's own namespace without the rest of their name, no marks of the translation. The meaning stays the same.
 */
export function withPeoplesNames(translation: Translation, domain: string): KubeObject[] {
  const rules = mergedByHost(translation.destinationRules, domain);
  const names = subsetNames(rules);
  const short = (host: string, object: KubeObject): string => shorten(host, object.metadata.namespace, domain);
  return [
    ...translation.gateways,
    ...translation.serviceEntries,
    ...rules.map((rule) => renameRule(rule, names, short)),
    ...translation.virtualServices.map((service) => renameService(service, names, short)),
  ];
}

function subsetNames(rules: readonly DestinationRule[]): SubsetNames {
  const byHost = new Map<string, Map<string, string>>();
  for (const { spec } of rules) {
    const names = byHost.get(spec.host) ?? new Map<string, string>();
    byHost.set(spec.host, names);
    for (const { name, labels = {} } of spec.subsets ?? []) {
      const wish = nameForPeople(labels) ?? name;
      const taken = [...names].some(([model, people]) => people === wish && model !== name);
      if (!names.has(name)) names.set(name, taken ? name : wish);
    }
  }
  return byHost;
}

/** `v1` of `version: v1`; undefined for labels that no single word stands for. */
function nameForPeople(labels: Readonly<Record<string, string>>): string | undefined {
  const [only, ...more] = Object.entries(labels);
  if (only === undefined || more.length > 0 || only[0] !== 'version') return undefined;
  const word = only[1].toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return DNS_LABEL.test(word) ? word : undefined;
}

type Shorten = (host: string, object: KubeObject) => string;

function renameRule(rule: DestinationRule, names: SubsetNames, short: Shorten): DestinationRule {
  const ofHost = names.get(rule.spec.host);
  const subsets = rule.spec.subsets?.map((subset) => ({ ...subset, name: ofHost?.get(subset.name) ?? subset.name }));
  return { ...rule, spec: { ...rule.spec, host: short(rule.spec.host, rule), ...(subsets ? { subsets } : {}) } };
}

function renameService(service: VirtualService, names: SubsetNames, short: Shorten): VirtualService {
  const rename = (destination: Destination): Destination => {
    const subset = destination.subset && (names.get(destination.host)?.get(destination.subset) ?? destination.subset);
    return { ...destination, host: short(destination.host, service), ...(subset ? { subset } : {}) };
  };
  const http = service.spec.http?.map(
    (route): HttpRoute => ({
      ...route,
      ...(route.route
        ? { route: route.route.map((entry) => ({ ...entry, destination: rename(entry.destination) })) }
        : {}),
      ...(route.mirror ? { mirror: rename(route.mirror) } : {}),
      ...(route.mirrors
        ? { mirrors: route.mirrors.map((entry) => ({ ...entry, destination: rename(entry.destination) })) }
        : {}),
    }),
  );
  const hosts = (service.spec.hosts ?? []).map((host) => short(host, service));
  return { ...service, spec: { ...service.spec, hosts, ...(http ? { http } : {}) } };
}

function shorten(host: string, namespace: string | undefined, domain: string): string {
  const suffix = `.${namespace}.svc.${domain}`;
  const name = host.endsWith(suffix) ? host.slice(0, -suffix.length) : host;
  return name.includes('.') || name === '' ? host : name;
}
