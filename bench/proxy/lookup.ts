import { fromJson } from '@bufbuild/protobuf';
import { SeededRandom } from '../../src/base/random.js';
import { ConnectionInfo, StreamInfo } from '../../src/proxy/http/stream-info.js';
import { RouteTable } from '../../src/proxy/route/route-table.js';
import { Runtime } from '../../src/proxy/runtime/runtime.js';
import { RouteConfigurationSchema } from '../../src/xds/types/gen/envoy/config/route/v3/route_pb.js';
import type { BenchOptions } from '../options.js';
import { CONTENDERS } from './contenders.js';
import { isFigures, measureShape } from './measure.js';
import { shapeNamed } from './shapes.js';
import { digits, formatTable } from './table.js';

const SIZES = [10, 100, 1_000, 10_000] as const;
const LOOKUPS = 2_000_000;
/** Hosts that are asked for in turn: more than a branch predictor remembers, fewer than a cache holds. */
const ASKED = 512;
const COMPARED = ['trysail', 'envoy'];

export interface LookupFigures {
  readonly virtualHosts: number;
  /** Of one lookup in the compiled table. */
  readonly lookup_ns: number;
  /** Of a whole request through each proxy. */
  readonly cpuPerRequest_us: Readonly<Record<string, number>>;
}

/** What a route table of many virtual hosts costs a request. */
export async function benchLookup({ say, run_ms, rounds }: BenchOptions): Promise<readonly LookupFigures[]> {
  const contenders = CONTENDERS.filter(({ name, installed }) => installed && COMPARED.includes(name));
  const figures: LookupFigures[] = [];
  for (const virtualHosts of SIZES) {
    const base = shapeNamed('small-64');
    const shape = { ...base, setup: { ...base.setup, otherHosts: virtualHosts - 1 } };
    const outcomes = (await measureShape(shape, contenders, run_ms, rounds)).filter(isFigures);
    figures.push({
      virtualHosts,
      lookup_ns: lookup_ns(virtualHosts),
      cpuPerRequest_us: Object.fromEntries(outcomes.map((one) => [one.contender, one.cpuPerRequest_us])),
    });
  }
  const rows = figures.map((one) => [
    String(one.virtualHosts),
    one.lookup_ns.toFixed(0),
    ...COMPARED.map((name) => digits(one.cpuPerRequest_us[name] ?? Number.NaN)),
  ]);
  const titles = ['virtual hosts', 'lookup ns', ...COMPARED.map((name) => `${name} CPU µs/request`)];
  say(`\nlookup: by the number of virtual hosts\n${formatTable(titles, rows)}`);
  return figures;
}

function lookup_ns(virtualHosts: number): number {
  const config = fromJson(RouteConfigurationSchema, {
    virtualHosts: Array.from({ length: virtualHosts }, (_, i) => ({
      name: `host-${i}`,
      domains: [`host-${i}.example`],
      routes: [{ match: { prefix: '/' }, route: { cluster: 'upstream' } }],
    })),
  });
  const table = new RouteTable(config, { random: new SeededRandom(1), runtime: new Runtime() }, () => undefined);
  const asked = Array.from({ length: ASKED }, (_, i) => {
    const stream = new StreamInfo(new ConnectionInfo('127.0.0.1', 1, '127.0.0.1', 80), '');
    stream.method = 'GET';
    stream.path = '/';
    stream.host = `host-${Math.floor((i * virtualHosts) / ASKED)}.example`;
    return stream;
  });
  let found = 0;
  let began_ms = 0;
  for (let i = -LOOKUPS / 4; i < LOOKUPS; i++) {
    if (i === 0) began_ms = performance.now();
    if (table.find(asked[i & (ASKED - 1)]!) !== undefined) found++;
  }
  if (found < LOOKUPS) throw new Error('a host was not found');
  return ((performance.now() - began_ms) * 1e6) / LOOKUPS;
}
