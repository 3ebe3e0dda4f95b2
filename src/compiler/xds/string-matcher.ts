import type { StringMatch } from '../../resources/istio/checks.js';
import type { StringMatcherSchema } from '../../xds/types/gen/envoy/type/matcher/v3/string_pb.js';
import type { Init } from './resource.js';

/** Undefined: it is enough to be there. */
export function stringMatcher({ exact, prefix, regex }: StringMatch): Init<typeof StringMatcherSchema> | undefined {
  if (exact !== undefined) return { matchPattern: { case: 'exact', value: exact } };
  if (prefix !== undefined && prefix !== '') return { matchPattern: { case: 'prefix', value: prefix } };
  // A lone star is no regular expression: Istio takes it for presence.
  if (regex !== undefined && regex !== '*') return { matchPattern: { case: 'safeRegex', value: { regex } } };
  return undefined;
}
