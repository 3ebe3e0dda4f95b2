import { parseArgs } from 'node:util';
import { messageOf } from '../src/base/errors.js';
import type { BenchOptions } from './options.js';

/** A group of measurements: prints for people, and returns what `--json` prints. */
type Benchmark = (options: BenchOptions) => Promise<unknown>;

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  control: async (options) => (await import('./control/control.js')).benchControl(options),
  first: async (options) => (await import('./first.js')).first(options),
  kube: async (options) => (await import('./kube/kube.js')).benchKube(options),
  proxy: async (options) => (await import('./proxy/proxy.js')).benchProxy(options),
};

const USAGE = `usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [--json] [--shape NAME,…] [--only PROXY,…] [--seconds N] [--rounds N]`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      shape: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const benchmark = BENCHMARKS[positionals[0] ?? ''];
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  if (benchmark === undefined || !(seconds > 0) || !(rounds >= 1)) throw new Error(USAGE);
  // with --json, standard output is for the program that reads it
  const stream = values.json ? process.stderr : process.stdout;
  const figures = await benchmark({
    say: (text) => void stream.write(`${text}\n`),
    shapes: values.shape.split(',').filter(Boolean),
    only: values.only.split(',').filter(Boolean),
    run_ms: seconds * 1000,
    rounds,
  });
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exit(1);
}
