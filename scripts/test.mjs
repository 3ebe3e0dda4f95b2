// Runs the tests of the built project with Node's own runner and closes with one line of counts.
//   node scripts/test.mjs [--unit|--e2e] [PART-OF-A-PATH ...]
// Unit tests stand beside their sources, end-to-end and conformance tests under test/.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const UNIT_FILE_MS = 2 * 60_000;
const MESH_FILE_MS = 10 * 60_000;
/** Whole meshes that are tested at once: they wait more than they work. */
const SIDE_BY_SIDE = 2;

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return /\.test\.c?js$/.test(entry.name) ? [path] : [];
  });
}

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const parts = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const folders = flags.includes('--unit')
  ? ['src', 'examples']
  : flags.includes('--e2e')
    ? ['test']
    : ['src', 'examples', 'test'];
const files = folders
  .flatMap((name) => testFiles(join(dist, name)))
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)));

const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = [];

const nameOf = (event) => `${event.file ? relative(dist, event.file) : ''} › ${event.name}`;
const isFileEntry = (event) =>
  event.file === undefined || event.name === event.file || files.includes(join(root, event.name));

/** Runs one group of files. */
function runGroup(group, concurrency, timeout) {
  return new Promise((resolve) => {
    if (group.length === 0) return resolve();
    const stream = run({ files: group, concurrency, timeout });
    stream.on('test:pass', (event) => {
      if (event.details?.type === 'suite' || isFileEntry(event)) return;
      if (event.skip !== undefined && event.skip !== false) {
        count.skipped++;
        skips.push(`${nameOf(event)}: ${event.skip === true || event.skip === '' ? 'no reason given' : event.skip}`);
      } else count.passed++;
    });
    stream.on('test:fail', (event) => {
      if (event.details?.type === 'suite' && event.details.error?.failureType === 'subtestsFailed') return;
      if (isFileEntry(event) && event.details?.error?.failureType === 'subtestsFailed') return;
      count.failed++;
      const cause = event.details?.error?.cause ?? event.details?.error;
      failures.push(`${nameOf(event)}\n${(cause?.stack ?? String(cause)).replace(/^/gm, '    ')}`);
      process.stdout.write(`FAILED ${nameOf(event)}\n`);
    });
    // What the walk prints as it goes is for the reader; the rest of the tests' output only matters when one fails.
    stream.on('test:stdout', (event) => {
      if (event.file?.includes(`${join('dist', 'test')}`)) process.stdout.write(event.message);
    });
    stream.on('test:stderr', (event) => process.stderr.write(event.message));
    stream.on('end', resolve);
    stream.resume();
  });
}

const meshes = files.filter((path) => path.includes(join(dist, 'test')));
const together = files.filter((path) => !meshes.includes(path));
await runGroup(together, Math.max(1, availableParallelism()), UNIT_FILE_MS);
await runGroup(meshes, SIDE_BY_SIDE, MESH_FILE_MS);

for (const skip of skips) process.stdout.write(`skipped ${skip}\n`);
for (const failure of failures) process.stdout.write(`\nFAILED ${failure}\n`);
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
if (count.passed === 0) process.stdout.write('No test ran.\n');
const unwelcome = process.env.TRYSAIL_NO_SKIPS ? count.skipped : 0;
if (unwelcome > 0) process.stdout.write('Skipped tests count as failures here (TRYSAIL_NO_SKIPS).\n');
process.exit(count.failed + unwelcome > 0 || count.passed === 0 ? 1 : 0);
