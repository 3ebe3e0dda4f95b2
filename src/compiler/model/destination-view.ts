import { matchesLabels } from '../../resources/labels/selector.js';
import { hostCovers } from '../hostname.js';
import { memo } from '../memo.js';
import type { DestinationRuleModel, DestinationView } from './destination-types.js';
import { mergeRules } from './merge-rules.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh, Service } from './types.js';
import { isVisible } from './visibility.js';

/** The hosts of a namespace's rules: exact ones, and those with a wildcard, the longest first. */
interface HostRules {
  readonly exact: ReadonlyMap<string, readonly DestinationRuleModel[]>;
  readonly wildcards: readonly { readonly host: string; readonly rules: readonly DestinationRuleModel[] }[];
}

const NO_RULES: HostRules = { exact: new Map(), wildcards: [] };
const NO_VIEW: DestinationView = { subsets: new Map() };
const indexes = new WeakMap<Mesh, Map<string, HostRules>>();

/**
 * The rules of the caller's namespace hold before those of the service's, and these before the root namespace's; in each the host
 * that is most specific. A rule for this caller alone holds before one for all.
 */
export function destinationView(mesh: Mesh, proxy: ProxyNode, service: Pick<Service, 'hostname' | 'namespace'>) {
  const { rootNamespace } = mesh.config;
  const own = proxy.namespace;
  const inOwn = lookUp(rulesIn(mesh, own), service.hostname, (rule) => isForOwn(rule, proxy, own === rootNamespace));
  if (inOwn.length > 0) return viewOf(inOwn, proxy);
  for (const namespace of [service.namespace, rootNamespace]) {
    const exported = lookUp(rulesIn(mesh, namespace), service.hostname, isExported);
    if (exported.length === 0) continue;
    const visible = exported.filter((rule) => isVisible(rule.exportTo, rule.namespace, own));
    if (visible.length > 0) return viewOf(visible, proxy);
  }
  return NO_VIEW;
}

function viewOf(rules: readonly DestinationRuleModel[], proxy: ProxyNode): DestinationView {
  const selected = rules.filter((rule) => rule.workloadSelector !== undefined && isSelected(rule, proxy));
  const general = rules.filter((rule) => rule.workloadSelector === undefined);
  const holding = selected.length > 0 ? selected : general;
  return holding.length > 0 ? mergeRules(holding) : NO_VIEW;
}

function isSelected({ workloadSelector, namespace }: DestinationRuleModel, proxy: ProxyNode): boolean {
  return namespace === proxy.namespace && matchesLabels(workloadSelector, proxy.labels);
}

/**
 * Whether a rule of the caller's own namespace counts there. In the root namespace, whose rules are meant for all, only the private
 * ones do: the others come after those of the service's namespace.
 */
function isForOwn(rule: DestinationRuleModel, proxy: ProxyNode, inRoot: boolean): boolean {
  // Made for one caller of an older kind: it takes nothing from the others.
  if (rule.converted && rule.workloadSelector && !isSelected(rule, proxy)) return false;
  if (inRoot) return !isExported(rule);
  return isVisible(rule.exportTo, rule.namespace, rule.namespace);
}

function isExported({ exportTo, namespace, workloadSelector }: DestinationRuleModel): boolean {
  if (workloadSelector) return false;
  return exportTo === undefined || exportTo.some((entry) => entry !== '.' && entry !== namespace);
}

function lookUp(
  { exact, wildcards }: HostRules,
  hostname: string,
  counts: (rule: DestinationRuleModel) => boolean,
): readonly DestinationRuleModel[] {
  const precise = (exact.get(hostname) ?? []).filter(counts);
  if (precise.length > 0) return precise;
  for (const { host, rules } of wildcards) {
    if (host !== hostname && !hostCovers(host, hostname)) continue;
    const here = rules.filter(counts);
    if (here.length > 0) return here;
  }
  return [];
}

function rulesIn(mesh: Mesh, namespace: string): HostRules {
  return memo(indexes, mesh, () => indexOf(mesh)).get(namespace) ?? NO_RULES;
}

function indexOf({ destinationRules }: Mesh): Map<string, HostRules> {
  const byNamespace = new Map<string, Map<string, DestinationRuleModel[]>>();
  for (const [host, rules] of destinationRules) {
    for (const rule of rules) {
      const hosts = memo(byNamespace, rule.namespace, () => new Map<string, DestinationRuleModel[]>());
      memo(hosts, host, () => [] as DestinationRuleModel[]).push(rule);
    }
  }
  return new Map([...byNamespace].map(([namespace, hosts]) => [namespace, toHostRules(hosts)]));
}

function toHostRules(hosts: ReadonlyMap<string, readonly DestinationRuleModel[]>): HostRules {
  const wildcards = [...hosts]
    .filter(([host]) => host.startsWith('*'))
    .map(([host, rules]) => ({ host, rules }))
    .sort((left, right) => right.host.length - left.host.length);
  return { exact: hosts, wildcards };
}
