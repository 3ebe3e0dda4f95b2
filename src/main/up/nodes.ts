import type { NodeIdentity } from '../node/node-config.js';
import type { Instance } from './instance.js';

const REGION = 'local';
const ZONES = ['a', 'b', 'c'];

/** `node-0`, `node-1` …, in the zones `local-a` to `local-c` in turn. */
export function nodesOf(instance: Instance, count: number): readonly NodeIdentity[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `node-${i}`,
    region: REGION,
    zone: `${REGION}-${ZONES[i % ZONES.length]}`,
    agentSocket: `${instance.runFolder}/agent-${i}.sock`,
    stateDir: instance.path(`node-${i}`),
  }));
}
