import { type MeshFigures, measureMesh } from './mesh/first.js';
import type { BenchOptions } from './options.js';
import { benchShapes, type ShapeResult } from './proxy/shape-table.js';

export interface FirstFigures {
  readonly proxy: readonly ShapeResult[];
  readonly mesh: readonly MeshFigures[];
}

/** One proxy beside its peers, then the whole mesh with the tutorial in each driver. */
export async function first(options: BenchOptions): Promise<FirstFigures> {
  const { say } = options;
  say('One proxy, one core:');
  const proxy = await benchShapes(['small-64'], options);
  const mesh: MeshFigures[] = [];
  for (const driver of ['netns', 'process'] as const) {
    say(`\nThe mesh with the tutorial, driver ${driver}:`);
    const figures = await measureMesh(driver);
    mesh.push(figures);
    say(formatMesh(figures));
  }
  return { proxy, mesh };
}

function formatMesh(figures: MeshFigures): string {
  const memory = Object.entries(figures.memory_by_process_mb).map(([name, mb]) => `${name} ${mb}`);
  const rows: [string, string][] = [
    ['start to first answer, warm', `${(figures.start_to_first_answer_ms / 1000).toFixed(2)} s`],
    ['memory (PSS)', `${figures.memory_pss_mb.toFixed(0)} MB: ${memory.join(', ')}`],
    [
      'rule applied to its effect',
      `p50 ${figures.apply_to_effect_p50_ms.toFixed(0)} ms, max ${figures.apply_to_effect_max_ms.toFixed(0)} ms`,
    ],
    [
      'chain, 16 connections',
      `${figures.chain_requests_per_second.toFixed(0)} requests/s, ${figures.chain_proxy_cpu_us.toFixed(0)} µs of proxy CPU each (six passes)`,
    ],
    ['chain, 1 connection', `p50 ${figures.chain_p50_ms.toFixed(2)} ms`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(30)}${value}`).join('\n');
}
