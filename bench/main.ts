import { messageOf } from '../src/base/errors.js';

/** A group of measurements: prints for people, and returns what `--json` prints. */
type Benchmark = () => Promise<unknown>;

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  first: async () => (await import('./first.js')).first(),
};

const words = process.argv.slice(2);
const name = words.find((word) => !word.startsWith('-')) ?? '';
const benchmark = BENCHMARKS[name];
if (benchmark === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [--json]\n`);
  process.exit(2);
}
try {
  const figures = await benchmark();
  if (words.includes('--json')) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exit(1);
}
