import type { BenchOptions } from '../options.js';
import { CONTENDERS } from './contenders.js';
import { type Figures, isFigures, measureShape, type Outcome } from './measure.js';
import { canPin } from './pinned.js';
import { SHAPES, type Shape } from './shapes.js';
import { digits, formatTable } from './table.js';

export interface ShapeResult {
  readonly shape: string;
  readonly title: string;
  readonly outcomes: readonly (Outcome & Ratios)[];
}

/** Requests for each second of processor time over those of another; absent where the other did not run. */
interface Ratios {
  readonly ratioToEnvoy?: number;
  readonly ratioToNginx?: number;
}

/** Each shape on every contender that is installed; prints each table as it is there. */
export async function benchShapes(
  names: readonly string[],
  { run_ms, rounds, only, say }: BenchOptions,
): Promise<readonly ShapeResult[]> {
  const shapes = SHAPES.filter(({ name }) => names.includes(name));
  if (shapes.length === 0) return [];
  const wanted = CONTENDERS.filter(({ name }) => only.length === 0 || only.includes(name));
  const missing = wanted.filter(({ installed }) => !installed).map(({ name }) => name);
  if (missing.length > 0) say(`not installed: ${missing.join(', ')}`);
  if (!canPin()) say('the processes are not kept to one core each: taskset or a second core is missing');
  const contenders = wanted.filter(({ installed }) => installed);
  const results: ShapeResult[] = [];
  for (const shape of shapes) {
    const result = withRatios(shape, await measureShape(shape, contenders, run_ms, rounds));
    say(`\n${shape.name}: ${shape.title}\n${formatShape(result)}`);
    results.push(result);
  }
  return results;
}

function withRatios({ name, title }: Shape, outcomes: readonly Outcome[]): ShapeResult {
  const costOf = (contender: string): number | undefined =>
    outcomes.filter(isFigures).find((one) => one.contender === contender)?.cpuPerRequest_us;
  const ratio = (one: Figures, other: string): number | undefined => {
    const cost = costOf(other);
    return cost === undefined ? undefined : cost / one.cpuPerRequest_us;
  };
  return {
    shape: name,
    title,
    outcomes: outcomes.map((one) => {
      if (!isFigures(one)) return one;
      const ratioToEnvoy = ratio(one, 'envoy');
      const ratioToNginx = ratio(one, 'nginx');
      return { ...one, ...(ratioToEnvoy && { ratioToEnvoy }), ...(ratioToNginx && { ratioToNginx }) };
    }),
  };
}

const TITLES = [
  '',
  'CPU µs/request',
  '× Envoy',
  '× nginx',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'RSS MB',
  'failed',
];

/** A table for people. */
export function formatShape({ outcomes }: ShapeResult): string {
  const rows = outcomes
    .filter(isFigures)
    .map((one) => [
      one.contender,
      digits(one.cpuPerRequest_us),
      digits(one.ratioToEnvoy ?? Number.NaN),
      digits(one.ratioToNginx ?? Number.NaN),
      one.requestsPerSecond.toFixed(0),
      digits(one.p50_ms),
      digits(one.p99_ms),
      digits(one.p999_ms),
      one.rss_mb.toFixed(0),
      String(one.failed),
    ]);
  const refused = outcomes.flatMap((one) => (isFigures(one) ? [] : [`  ${one.contender}: ${one.refused}`]));
  return [formatTable(TITLES, rows), ...refused].join('\n');
}
