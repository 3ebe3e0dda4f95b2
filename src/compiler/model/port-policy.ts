import type { TrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import { memo } from '../memo.js';
import type { DestinationView, PortPolicy } from './destination-types.js';

const NO_POLICY: PortPolicy = {};
const policies = new WeakMap<DestinationView, Map<string, PortPolicy>>();

/** What holds for a port of the whole service, or of a subset. The same object each time. */
export function portPolicy(view: DestinationView, port: number, subset?: string): PortPolicy {
  if (view.trafficPolicy === undefined && view.subsets.size === 0) return NO_POLICY;
  const ofView = memo(policies, view, () => new Map<string, PortPolicy>());
  return memo(ofView, `${port}|${subset ?? ''}`, () => resolve(view, port, subset));
}

function resolve({ trafficPolicy, subsets }: DestinationView, port: number, subset: string | undefined): PortPolicy {
  const { policy: whole } = ofPort(trafficPolicy, port);
  const own = subset === undefined ? undefined : subsets.get(subset)?.trafficPolicy;
  if (own === undefined) return whole;
  const { policy, isOfPort } = ofPort(own, port);
  // Settings of a port inherit nothing: what they leave open has its default, not what holds around them.
  const base = isOfPort ? withoutPortParts(whole) : whole;
  return { ...base, ...policy };
}

function ofPort(policy: TrafficPolicy | undefined, number: number): { policy: PortPolicy; isOfPort: boolean } {
  if (policy === undefined) return { policy: NO_POLICY, isOfPort: false };
  const settings = policy.portLevelSettings?.find(({ port }) => port?.number === number);
  if (settings === undefined) {
    const { portLevelSettings: _, ...rest } = policy;
    return { policy: rest, isOfPort: false };
  }
  const { port: _, ...rest } = settings;
  return { policy: rest, isOfPort: true };
}

function withoutPortParts({ proxyProtocol, retryBudget }: PortPolicy): PortPolicy {
  return { ...(proxyProtocol ? { proxyProtocol } : {}), ...(retryBudget ? { retryBudget } : {}) };
}
