import type { JsonObject } from '@bufbuild/protobuf';
import type { ClusterStats } from '../cluster-stats.js';
import type { Host, HostLocality } from '../host.js';
import type { ChoiceContext, MetadataCriteria } from './choice-context.js';
import type { HostLevel } from './host-level.js';
import type { LoadBalancer } from './load-balancer.js';
import { FALLBACK_LIST, keyOfCriteria, keysOfHost, matchesMetadata, namesKey } from './subset-key.js';
import { filterLevel } from './subset-levels.js';
import type { Fallback, SubsetOptions, SubsetSelector } from './subset-options.js';

/** Hosts of one combination of values, with a balancer of their own. */
interface Subset {
  readonly members: Set<Host>;
  readonly balancer: LoadBalancer;
}

/** Sends a request to the hosts whose metadata is what its route asks for (Envoy's "Load Balancer Subsets"). */
export class SubsetBalancer implements LoadBalancer {
  private subsets: ReadonlyMap<string, Subset> = new Map();
  private readonly selectorOf: ReadonlyMap<string, SubsetSelector>;
  /** Over all hosts; undefined where nothing leads there. */
  private readonly any: LoadBalancer | undefined;
  /** Over the default subset; undefined where nothing leads there. */
  private readonly standard: LoadBalancer | undefined;

  constructor(
    private readonly makeBalancer: () => LoadBalancer,
    private readonly options: SubsetOptions,
    private readonly stats: ClusterStats,
    /** Of the proxy. */
    private readonly own: HostLocality,
  ) {
    const leadsTo = (fallback: Fallback): boolean =>
      options.fallback === fallback || options.selectors.some((selector) => selector.fallback === fallback);
    this.any = leadsTo('any') || options.panicModeAny ? makeBalancer() : undefined;
    this.standard = leadsTo('default') ? makeBalancer() : undefined;
    const byNames = new Map<string, SubsetSelector>();
    for (const selector of options.selectors) {
      const key = namesKey(selector.keys);
      if (!byNames.has(key)) byNames.set(key, selector);
    }
    this.selectorOf = byNames;
  }

  update(levels: readonly HostLevel[]): void {
    const { defaultSubset, listAsAny } = this.options;
    this.narrow(this.any, levels, () => true);
    this.narrow(this.standard, levels, (host) => matchesMetadata(host.lbMetadata, defaultSubset, listAsAny));
    const next = this.group(levels);
    for (const { members, balancer } of next.values()) this.narrow(balancer, levels, (host) => members.has(host));
    const { counters, gauges } = this.stats;
    for (const key of this.subsets.keys()) if (!next.has(key)) counters.lb_subsets_removed.value++;
    for (const key of next.keys()) if (!this.subsets.has(key)) counters.lb_subsets_created.value++;
    gauges.lb_subsets_active.set(gauges.lb_subsets_active.value + next.size - this.subsets.size);
    this.subsets = next;
  }

  choose(context: ChoiceContext): Host | undefined {
    const { criteria } = context;
    const list = this.options.fallbackList ? criteria?.get(FALLBACK_LIST) : undefined;
    if (criteria === undefined || !Array.isArray(list)) return this.chooseFor(criteria, context);
    const rest = new Map([...criteria].filter(([name]) => name !== FALLBACK_LIST));
    if (list.length === 0) return this.chooseFor(rest, context);
    for (const override of list) {
      const host = this.chooseFor(new Map([...rest, ...Object.entries(override as JsonObject)]), context);
      if (host !== undefined) return host;
    }
    return undefined;
  }

  private chooseFor(asked: MetadataCriteria | undefined, context: ChoiceContext): Host | undefined {
    const criteria = this.options.allowRedundantKeys ? this.withoutRedundant(asked) : asked;
    if (criteria !== undefined && criteria.size > 0) {
      const subset = this.subsets.get(keyOfCriteria(criteria));
      if (subset !== undefined) {
        this.stats.counters.lb_subsets_selected.value++;
        return subset.balancer.choose(context);
      }
      const selector = this.selectorOf.get(namesKey(criteria.keys()));
      if (selector?.fallback !== undefined) return this.selectorFallback(selector, criteria, context);
    }
    return this.fallback(context);
  }

  private selectorFallback(
    selector: SubsetSelector,
    criteria: MetadataCriteria,
    context: ChoiceContext,
  ): Host | undefined {
    switch (selector.fallback) {
      case 'any':
        return this.any?.choose(context);
      case 'default':
        return this.standard?.choose(context);
      case 'keys':
        return this.chooseFor(new Map([...criteria].filter(([name]) => selector.fallbackKeys.has(name))), context);
      default:
        return undefined;
    }
  }

  private fallback(context: ChoiceContext): Host | undefined {
    const { fallback, panicModeAny } = this.options;
    if (fallback === 'none') return undefined;
    const { counters } = this.stats;
    const host = (fallback === 'any' ? this.any : this.standard)?.choose(context);
    if (host !== undefined) {
      counters.lb_subsets_fallback.value++;
      return host;
    }
    const last = panicModeAny ? this.any?.choose(context) : undefined;
    if (last !== undefined) counters.lb_subsets_fallback_panic.value++;
    return last;
  }

  /** The first selector whose keys are all there says which of the criteria count. */
  private withoutRedundant(criteria: MetadataCriteria | undefined): MetadataCriteria | undefined {
    if (criteria === undefined) return undefined;
    const selector = this.options.selectors.find(({ keys }) => keys.every((key) => criteria.has(key)));
    if (selector === undefined || selector.keys.length === criteria.size) return criteria;
    return new Map(selector.keys.map((key) => [key, criteria.get(key)!]));
  }

  /** Subsets that stay keep their balancer, and with it whose turn it is. */
  private group(levels: readonly HostLevel[]): ReadonlyMap<string, Subset> {
    const next = new Map<string, Subset>();
    let duplicates = 0;
    for (const { hosts } of levels) {
      const single = new Set<string>();
      for (const host of hosts) {
        for (const { keys, singleHost } of this.options.selectors) {
          for (const key of keysOfHost(host.lbMetadata, keys, this.options.listAsAny)) {
            if (singleHost && single.has(key)) {
              duplicates++;
              continue;
            }
            if (singleHost) single.add(key);
            let subset = next.get(key);
            if (subset === undefined) {
              subset = { members: new Set(), balancer: this.subsets.get(key)?.balancer ?? this.makeBalancer() };
              next.set(key, subset);
            }
            subset.members.add(host);
          }
        }
      }
    }
    this.stats.gauge('lb_subsets_single_host_per_subset_duplicate').set(duplicates);
    return next;
  }

  private narrow(
    balancer: LoadBalancer | undefined,
    levels: readonly HostLevel[],
    isMember: (host: Host) => boolean,
  ): void {
    balancer?.update(levels.map((level) => filterLevel(level, isMember, this.options, this.own)));
  }
}
