import type { Route } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { FractionalPercent } from '../../xds/types/gen/envoy/type/v3/percent_pb.js';
import { ConfigError } from '../errors.js';
import { fractionOf } from '../matching/fraction.js';
import { type CustomTagReader, compileCustomTags } from './custom-tags.js';
import type { Sampling } from './sampling.js';

/** What a route says of its requests' spans. */
export interface RouteTracing {
  /** The span's name; '' leaves it. */
  readonly operation: string;
  /** Whether the name travels in `x-envoy-decorator-operation`. */
  readonly propagates: boolean;
  /** In place of the connection manager's. */
  readonly sampling: Sampling | undefined;
  readonly tags: readonly CustomTagReader[];
}

/** A route's `decorator` and `tracing`; undefined when it has neither. @throws ConfigError */
export function compileRouteTracing(
  { decorator, tracing }: Pick<Route, 'decorator' | 'tracing'>,
  path: string,
): RouteTracing | undefined {
  if (decorator === undefined && tracing === undefined) return undefined;
  if (decorator?.operation === '') throw new ConfigError(`${path}.decorator.operation`, 'an operation is needed');
  const share = (percent: FractionalPercent | undefined): number => (percent === undefined ? 1 : fractionOf(percent));
  return {
    operation: decorator?.operation ?? '',
    propagates: decorator?.propagate ?? true,
    sampling:
      tracing === undefined
        ? undefined
        : {
            client: share(tracing.clientSampling),
            random: share(tracing.randomSampling),
            overall: share(tracing.overallSampling),
          },
    tags: compileCustomTags(tracing?.customTags ?? [], `${path}.tracing.custom_tags`),
  };
}
