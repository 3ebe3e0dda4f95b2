import type { Metadata } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { MetadataCriteria } from '../cluster/lb/choice-context.js';

/** Metadata that balancers look at, by the name of the filter that it is for. */
export const LB_METADATA = 'envoy.lb';

/**
 * What a route asks of endpoints, more specific values over those it inherits.
 * @returns undefined when nothing is asked
 */
export function compileCriteria(
  metadata: Metadata | undefined,
  inherited?: MetadataCriteria | undefined,
): MetadataCriteria | undefined {
  const own = metadata?.filterMetadata[LB_METADATA];
  if (own === undefined) return inherited;
  return new Map([...(inherited ?? []), ...Object.entries(own)]);
}
