import type { TrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import { memo } from '../memo.js';
import type { DestinationRuleModel, DestinationView, SubsetModel } from './destination-types.js';

interface Merged {
  readonly rules: readonly DestinationRuleModel[];
  readonly view: DestinationView;
}

const merged = new WeakMap<DestinationRuleModel, { list: Merged[] }>();
/** Different sets of rules that begin with one rule: more than one only while rules change. */
const REMEMBERED_MAX = 4;

/**
 * Several rules of one namespace for one host add up: the oldest that has one gives the policy, each its subsets, and of two with
 * one name the older holds. What was converted from an older kind only fills what the others leave open.
 */
export function mergeRules(rules: readonly DestinationRuleModel[]): DestinationView {
  const [first] = rules;
  if (rules.length === 1) return first!;
  const known = memo(merged, first!, () => ({ list: [] as Merged[] }));
  const same = known.list.find((one) => isSame(one.rules, rules));
  if (same) return same.view;
  const view = merge(rules);
  known.list = [{ rules, view }, ...known.list].slice(0, REMEMBERED_MAX);
  return view;
}

function isSame(left: readonly DestinationRuleModel[], right: readonly DestinationRuleModel[]): boolean {
  return left.length === right.length && left.every((rule, index) => rule === right[index]);
}

function merge(rules: readonly DestinationRuleModel[]): DestinationView {
  const written = rules.filter(({ converted }) => !converted);
  const converted = rules.filter((rule) => rule.converted);
  const subsets = new Map<string, SubsetModel>();
  for (const rule of [...written, ...converted]) {
    for (const [name, subset] of rule.subsets) if (!subsets.has(name)) subsets.set(name, subset);
  }
  const own = written.find(({ trafficPolicy }) => trafficPolicy)?.trafficPolicy;
  const policies = [own, ...converted.map(({ trafficPolicy }) => trafficPolicy)].filter(
    (policy) => policy !== undefined,
  );
  const trafficPolicy = policies.reduceRight<TrafficPolicy | undefined>(
    (below, above) => (below ? fillGaps(above, below) : above),
    undefined,
  );
  const workloadSelector = rules[0]?.workloadSelector;
  return {
    subsets,
    ...(trafficPolicy ? { trafficPolicy } : {}),
    ...(workloadSelector ? { workloadSelector } : {}),
  };
}

/** What `above` says holds, for each port as for the whole; `below` fills what it leaves open. */
function fillGaps(above: TrafficPolicy, below: TrafficPolicy): TrafficPolicy {
  const numbers = new Set([above, below].flatMap(({ portLevelSettings = [] }) => portLevelSettings.map(numberOf)));
  const portLevelSettings = [...numbers].map((number) => ({
    ...at(below, number),
    ...at(above, number),
    port: { number },
  }));
  return { ...below, ...above, ...(portLevelSettings.length > 0 ? { portLevelSettings } : {}) };
}

type PortSettings = NonNullable<TrafficPolicy['portLevelSettings']>[number];

function numberOf({ port }: PortSettings): number {
  return port?.number ?? 0;
}

/** What holds at a port. */
function at({ portLevelSettings, loadBalancer, connectionPool, outlierDetection, tls }: TrafficPolicy, number: number) {
  const own = portLevelSettings?.find((settings) => numberOf(settings) === number);
  if (own) return own;
  return {
    ...(loadBalancer ? { loadBalancer } : {}),
    ...(connectionPool ? { connectionPool } : {}),
    ...(outlierDetection ? { outlierDetection } : {}),
    ...(tls ? { tls } : {}),
  };
}
