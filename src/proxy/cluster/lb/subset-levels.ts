import type { Host, HostLocality } from '../host.js';
import { type HostLevel, type LocalityHosts, levelOf, localityKey } from './host-level.js';
import type { SubsetOptions } from './subset-options.js';

type LocalityRules = Pick<SubsetOptions, 'localityWeightAware' | 'scaleLocalityWeight'>;

/** The same level with some of its hosts. Localities keep their weights only where subsets heed them. */
export function filterLevel(
  level: HostLevel,
  isMember: (host: Host) => boolean,
  rules: LocalityRules,
  own: HostLocality,
): HostLevel {
  const part = levelOf(level.hosts.filter(isMember), level.policy, own);
  const whole = new Map(level.localities.map((locality) => [localityKey(locality.locality), locality]));
  const localities = part.localities.map((locality) => ({
    ...locality,
    weight: weightOf(locality, whole.get(localityKey(locality.locality)), rules),
  }));
  return { ...part, localities };
}

function weightOf(part: LocalityHosts, whole: LocalityHosts | undefined, rules: LocalityRules): number {
  if (!rules.localityWeightAware) return 0;
  if (!rules.scaleLocalityWeight || whole === undefined || whole.hosts.length === 0) return part.weight;
  return Math.round((part.weight * part.hosts.length) / whole.hosts.length);
}
