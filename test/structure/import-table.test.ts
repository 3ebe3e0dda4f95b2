import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/repository.js';

/** Who may import whom: docs/design/000-architecture.md says why. A room may always import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ['base'],
  expr: ['base'],
  native: ['base'],
  resources: ['base', 'expr'],
  store: ['base'],
  apiserver: ['base', 'resources', 'store'],
  client: ['base', 'resources'],
  compiler: ['base', 'expr', 'policy', 'resources', 'xds/types'],
  xds: ['base'],
  policy: ['base', 'expr'],
  'policy-server': ['base', 'expr', 'policy', 'xds/types'],
  identity: ['base'],
  proxy: ['base', 'wire', 'expr', 'xds/types', 'xds/client', 'policy', 'identity'],
  insight: ['base', 'wire'],
  runtime: ['base', 'client', 'resources', 'native', 'wire'],
  explain: ['base', 'wire', 'resources', 'compiler', 'xds/types', 'proxy', 'policy', 'policy-server'],
  analysis: ['base', 'resources', 'compiler', 'apiserver/validation'],
  cli: ['base', 'client', 'resources', 'compiler', 'explain', 'analysis'],
};

/** Tests may also use these, to meet the real thing instead of a fake. */
const TESTS_MAY_ALSO_IMPORT: Readonly<Record<string, readonly string[]>> = {
  compiler: ['proxy'],
  client: ['apiserver', 'store'],
  runtime: ['apiserver', 'store'],
};

const source = join(repositoryRoot(), 'src');

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return typescriptFiles(path);
    return /\.c?ts$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g)].map((match) => match[1]!);
  return specifiers.map((specifier) =>
    relative(source, resolve(dirname(file), specifier))
      .split(sep)
      .join('/'),
  );
}

test('imports between rooms follow the table', () => {
  const wrong: string[] = [];
  for (const file of typescriptFiles(source)) {
    const path = relative(source, file).split(sep).join('/');
    const room = path.slice(0, path.indexOf('/'));
    if (room === 'main') continue;
    const allowed = [
      ...(MAY_IMPORT[room] ?? []),
      ...(path.includes('.test.') ? (TESTS_MAY_ALSO_IMPORT[room] ?? []) : []),
    ];
    for (const target of importsOf(file)) {
      const permitted = [room, ...allowed].some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
      if (!permitted) wrong.push(`src/${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('every room of the source stands in the table', () => {
  const rooms = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const unknown = rooms.map((entry) => entry.name).filter((name) => name !== 'main' && !(name in MAY_IMPORT));
  assert.deepEqual(unknown, []);
});
