// Writes the generated parts of docs/analysis.md: the codes that `trysail analyze` says, and those of istioctl that it does not, read
// from the analyzers. What people wrote between those parts stays.
//   node scripts/write-analysis.mjs [--check]
// --check only says, by its exit code, whether the page is up to date. It reads the build that it stands beside: `dist`, or the
// folder in $TRYSAIL_DIST.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = process.env.TRYSAIL_DIST ?? join(root, 'dist');
const page = join(root, 'docs', 'analysis.md');

const load = (path) => import(pathToFileURL(join(dist, 'src', path)).href);
const { ANALYZERS, MESSAGE_TYPES, NOT_APPLICABLE } = await load('analysis/index.js');

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function codes(prefix) {
  const rows = MESSAGE_TYPES.filter(({ code }) => code.startsWith(prefix)).map(({ code, name, level, description }) => {
    const by = ANALYZERS.filter(({ types }) => types.some((type) => type.code === code)).map(
      ({ name: one }) => `\`${one}\``,
    );
    return [code, name, level, description, by.join(' ') || 'when it is read'];
  });
  return table(['code', 'name', 'level', 'meaning', 'analyzer'], rows);
}

const PARTS = {
  'istio codes': () => codes('IST'),
  'own codes': () => codes('TRY'),
  'codes that cannot arise': () =>
    table(
      ['code', 'name', 'why'],
      Object.entries(NOT_APPLICABLE).map(([code, [name, why]]) => [code, name, why]),
    ),
};

function render(text) {
  return Object.entries(PARTS).reduce((sofar, [name, write]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
    const [before, rest] = sofar.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`${page} has no place for the ${name}`);
    return `${before}${begin}\n\n${write()}\n\n${end}${after}`;
  }, text);
}

const written = readFileSync(page, 'utf8');
const rendered = render(written);
if (!process.argv.includes('--check')) writeFileSync(page, rendered);
else if (rendered !== written) {
  process.stderr.write('docs/analysis.md is out of date: run node scripts/write-analysis.mjs\n');
  process.exit(1);
}
