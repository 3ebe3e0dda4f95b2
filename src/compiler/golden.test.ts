import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { compile, meshOf, statuses } from './index.js';
import { type Case, readCase } from './testing/case.js';
import { decode } from './testing/decode.js';
import { repoRoot } from './testing/repo-root.js';

/** Set to write what the compiler gives instead of comparing. */
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const folder = join(repoRoot(), 'src/compiler/testdata');

for (const file of readdirSync(folder).filter((name) => name.endsWith('.in.yaml'))) {
  test(`golden: ${file}`, () => {
    const actual = resultOf(readCase(join(folder, file)));
    const golden = join(folder, file.replace('.in.yaml', '.golden.yaml'));
    if (UPDATE || !existsSync(golden))
      writeFileSync(golden, stringify(actual, { aliasDuplicateObjects: false, lineWidth: 0 }));
    assert.deepEqual(actual, parse(readFileSync(golden, 'utf8')), 'differs; if it should, run with UPDATE_GOLDEN=1');
  });
}

function resultOf({ snapshot, nodes }: Case): unknown {
  const { config: _config, secrets: _secrets, envoyFilters: _envoyFilters, ...model } = meshOf(snapshot);
  const xds = nodes.map((node) => [node.id, decode(compile(snapshot, node) ?? assert.fail(`${node.id} is no proxy`))]);
  return plain({ statuses: statuses(snapshot), model, xds: Object.fromEntries(xds) });
}

/** Without maps and without what is undefined, as YAML would give it back. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? Object.fromEntries(inner) : inner));
  return JSON.parse(text);
}
