import type { BenchOptions } from '../options.js';
import { measureEndpointCompile, measureFullCompile } from './compile.js';
import { measurePolicyCheck } from './policy-check.js';
import { measurePush } from './push.js';

export interface ControlFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must be below; absent: for comparison only. */
  readonly target?: number;
}

const SERVICES = 1_000;
const MORE_SERVICES = 5_000;
const PROXIES = 500;
/** Nodes of a mesh: each has one connection for all its proxies. */
const SESSIONS = 10;
const SMALL = { services: 50, sessions: 1 };

type Part = (add: (name: string, value: number, unit: string, target?: number) => void) => Promise<void>;

/** By name, for `--shape`. */
const PARTS: Readonly<Record<string, Part>> = {
  compile: async (add) => {
    add('one sidecar of 1,000 services, from new objects', measureFullCompile(SERVICES), 'ms', 150);
    add('one endpoint, to one sidecar of 1,000 services', measureEndpointCompile(SERVICES), 'µs');
    add('one endpoint, to one sidecar of 5,000 services', measureEndpointCompile(MORE_SERVICES), 'µs');
  },
  apply: async (add) => {
    for (const [proxies, target] of [
      [1, 15],
      [100, 60],
    ] as const) {
      const { route_all_ms } = await measurePush({ ...SMALL, proxies });
      add(`apply of a rule, to acknowledged by all, ${proxies} proxies`, route_all_ms, 'ms', target);
    }
  },
  push: async (add) => {
    const figures = await measurePush({ services: SERVICES, proxies: PROXIES, sessions: SESSIONS });
    add('one endpoint, to 500 proxies: CPU of the control plane', figures.endpoint_cpu_ms, 'ms', 20);
    add('one endpoint, until all have it', figures.endpoint_all_ms, 'ms');
    add('one route, until all have it', figures.route_all_ms, 'ms', 1_500);
    add('one route: CPU of the control plane', figures.route_cpu_ms, 'ms');
    add('memory of the control plane', figures.memory_mb, 'MB', 1_000);
  },
  growth: async (add) => {
    const figures = await measurePush({ services: MORE_SERVICES, proxies: PROXIES, sessions: SESSIONS });
    add('of 5,000 services one endpoint, to 500 proxies: CPU', figures.endpoint_cpu_ms, 'ms', 20);
    add('memory of the control plane, 5,000 services', figures.memory_mb, 'MB');
  },
  policy: async (add) => {
    const figures = measurePolicyCheck();
    add('policy check in the proxy, one rule, the request passes', figures.checkOneRulePasses_ns, 'ns', 1_000);
    add('policy check in the proxy, one rule, it is refused', figures.checkOneRuleRefused_ns, 'ns', 1_000);
    add('policy check in the proxy, ten rules', figures.checkTenRules_ns, 'ns');
    add('one request counted in memory', figures.quotaInMemory_ns, 'ns');
  },
};

/** What the control plane costs: compiling, and telling the proxies. */
export async function benchControl({ say, shapes }: BenchOptions): Promise<readonly ControlFigure[]> {
  const figures: ControlFigure[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (shapes.length > 0 && !shapes.includes(name)) continue;
    say(`${name}:`);
    await part((figure, value, unit, target) => {
      figures.push({ name: figure, value, unit, ...(target !== undefined && { target }) });
      const wanted = target === undefined ? '' : `< ${target} ${unit}${value < target ? '' : '  missed'}`;
      say(`  ${figure.padEnd(56)}${value.toFixed(1).padStart(10)} ${unit.padEnd(3)} ${wanted}`);
    });
  }
  return figures;
}
