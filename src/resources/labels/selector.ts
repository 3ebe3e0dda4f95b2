import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels satisfy a LabelSelector. An empty selector matches everything, an absent one nothing. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  return (
    matchesLabels(selector.matchLabels, labels) &&
    (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels?.[requirement.key]))
  );
}

/** Whether `labels` has every pair of `wanted`. */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  for (const [key, value] of Object.entries(wanted ?? {})) {
    if (labels?.[key] !== value) return false;
  }
  return true;
}

/** `app=shop,tier in (a,b)`: a LabelSelector in the form that list requests take. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  const pairs = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const parts = [...pairs, ...(selector?.matchExpressions ?? []).map(formatRequirement)];
  return parts.sort().join(',');
}

/** The operators that all selectors have; false for any other. */
export function satisfies(
  { operator, values = [] }: Pick<LabelSelectorRequirement, 'operator' | 'values'>,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

function formatRequirement({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${[...values].sort().join(',')})`;
    case 'NotIn':
      return `${key} notin (${[...values].sort().join(',')})`;
    case 'Exists':
      return key;
    default:
      return `!${key}`;
  }
}
