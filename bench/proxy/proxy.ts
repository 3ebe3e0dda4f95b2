import type { BenchOptions } from '../options.js';
import { benchChain } from './chain/chain.js';
import { benchHotPath } from './hot-path.js';
import { benchLookup } from './lookup.js';
import { benchMemory } from './memory.js';
import { benchShapes } from './shape-table.js';
import { SHAPES } from './shapes.js';

/** Measurements that are no load on one proxy. */
const OTHERS: Readonly<Record<string, (options: BenchOptions) => Promise<unknown>>> = {
  'hot-path': benchHotPath,
  memory: benchMemory,
  lookup: benchLookup,
  chain: benchChain,
};

/** This proxy beside Envoy, nginx and HAProxy. */
export async function benchProxy(options: BenchOptions): Promise<Readonly<Record<string, unknown>>> {
  const all = [...SHAPES.map(({ name }) => name), ...Object.keys(OTHERS)];
  const unknown = options.shapes.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`no shape ${unknown}; there are ${all.join(', ')}`);
  const wanted = options.shapes.length === 0 ? all : options.shapes;
  const figures: Record<string, unknown> = { shapes: await benchShapes(wanted, options) };
  for (const [name, bench] of Object.entries(OTHERS)) {
    if (wanted.includes(name)) figures[name] = await bench(options);
  }
  return figures;
}
