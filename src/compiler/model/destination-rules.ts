import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import { groupBy } from '../group-by.js';
import { resolveShortHost } from '../hostname.js';
import { memo } from '../memo.js';
import { byAge } from '../ordering.js';
import { isConverted, originsOf } from '../origin.js';
import { namespaceOf } from '../snapshot.js';
import type { DestinationRuleModel, SubsetModel } from './destination-types.js';

/** By host: each in order of age. */
export function buildDestinationRules(
  objects: readonly DestinationRule[],
  domain: string,
): ReadonlyMap<string, readonly DestinationRuleModel[]> {
  const byHost = groupBy(objects.toSorted(byAge), (object) => hostOf(object, domain));
  return new Map([...byHost].map(([host, group]) => [host, group.map(remembered)]));
}

/** What was converted names its host in full, even where that has no dot. */
function hostOf(object: DestinationRule, domain: string): string {
  const { host } = object.spec;
  return isConverted(object) ? host.toLowerCase() : resolveShortHost(host, namespaceOf(object), domain);
}

const models = new WeakMap<DestinationRule, DestinationRuleModel>();

/** The same model while the object is the same, so that what was encoded for it is used again. */
function remembered(object: DestinationRule): DestinationRuleModel {
  return memo(models, object, () => toModel(object));
}

function toModel(object: DestinationRule): DestinationRuleModel {
  const { trafficPolicy, exportTo, workloadSelector, subsets = [] } = object.spec;
  return {
    origins: originsOf(object),
    namespace: namespaceOf(object),
    subsets: new Map(
      subsets.map((subset): [string, SubsetModel] => [
        subset.name,
        { labels: subset.labels ?? {}, ...(subset.trafficPolicy ? { trafficPolicy: subset.trafficPolicy } : {}) },
      ]),
    ),
    ...(trafficPolicy ? { trafficPolicy } : {}),
    ...(exportTo?.length ? { exportTo } : {}),
    ...(workloadSelector ? { workloadSelector: workloadSelector.matchLabels ?? {} } : {}),
    ...(isConverted(object) ? { converted: true } : {}),
  };
}
