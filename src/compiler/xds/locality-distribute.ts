import type { LocalityLbSetting } from '../../resources/istio/destinationrule/types.js';
import type { Locality } from '../model/locality.js';
import type { LocalityGroup } from './locality-failover.js';

type Distribute = NonNullable<LocalityLbSetting['distribute']>;

/**
 * The shares that the first rule for the caller's locality gives to others; what it does not name gets nothing. A share for several
 * localities is divided by the weights of their endpoints. Without a rule for the caller nothing changes.
 */
export function distribute(
  groups: readonly LocalityGroup[],
  caller: Locality | undefined,
  rules: Distribute,
): readonly LocalityGroup[] {
  const rule = rules.find(({ from = '' }) => isIn(caller, from));
  if (rule === undefined) return groups;
  const left = new Set(groups);
  const result: LocalityGroup[] = [];
  for (const [pattern, share] of Object.entries(rule.to ?? {})) {
    const matching = [...left].filter(({ locality }) => isIn(locality, pattern));
    const total = matching.reduce((sum, group) => sum + weightOf(group), 0);
    for (const group of matching) {
      left.delete(group);
      const weight = Math.ceil((weightOf(group) * share) / total);
      if (weight > 0) result.push({ ...group, weight });
    }
  }
  return result;
}

function weightOf({ endpoints }: LocalityGroup): number {
  return endpoints.reduce((total, { weight }) => total + (weight || 1), 0);
}

/** `region/zone/subzone`, with `*` or nothing for any. */
function isIn(locality: Locality | undefined, pattern: string): boolean {
  const [region = '', zone = '', subzone = ''] = pattern.split('/');
  const isAny = (part: string): boolean => part === '*' || part === '';
  return (
    (region === '*' || region === (locality?.region ?? '')) &&
    (isAny(zone) || zone === (locality?.zone ?? '')) &&
    (isAny(subzone) || subzone === (locality?.subzone ?? ''))
  );
}
