import type { DestinationPolicy } from '../../resources/istio/destinationpolicy/types.js';
import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { EgressRule } from '../../resources/istio/egressrule/types.js';
import type { Gateway } from '../../resources/istio/gateway/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { ServiceEntry } from '../../resources/istio/serviceentry/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { MeshSnapshot, Problem } from '../snapshot.js';
import { contextOf, type TranslateContext } from './context.js';
import { convertDestinationPolicies } from './destination-policy.js';
import { convertEgressRule, convertEgressTls } from './egress-rule.js';
import { convertIngresses } from './ingress.js';
import { convertRouteRules } from './route-rule.js';

/** What older kinds say, in the kinds of networking.istio.io/v1. */
export interface Translation {
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly gateways: readonly Gateway[];
  readonly serviceEntries: readonly ServiceEntry[];
  readonly problems: readonly Problem[];
}

type OlderKinds = Pick<MeshSnapshot, 'routeRules' | 'destinationPolicies' | 'egressRules' | 'ingresses'>;

/** Pure: the same function serves the mesh and `trysail convert`. */
export function translate(objects: OlderKinds, context: TranslateContext): Translation {
  const routeRules = objects.routeRules as readonly RouteRule[];
  const egressRules = objects.egressRules as readonly EgressRule[];
  const routes = convertRouteRules(routeRules, context);
  const policies = convertDestinationPolicies(
    objects.destinationPolicies as readonly DestinationPolicy[],
    routeRules,
    context,
  );
  const ingress = convertIngresses(objects.ingresses, context, routes.virtualServices);
  return {
    virtualServices: [...routes.virtualServices, ...ingress.virtualServices],
    destinationRules: [
      ...policies.destinationRules,
      ...egressRules.flatMap((rule) => convertEgressTls(rule, policies.destinationRules) ?? []),
    ],
    gateways: ingress.gateways,
    serviceEntries: egressRules.map(convertEgressRule),
    problems: [...routes.problems, ...policies.problems, ...ingress.problems],
  };
}

export { contextOf, type TranslateContext };
