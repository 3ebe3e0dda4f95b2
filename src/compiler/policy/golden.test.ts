import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { POLICY_KINDS } from '../../resources/istio/policy/index.js';
import type { Schema } from '../../resources/schema.js';
import { policyOf, snapshotOf } from '../index.js';
import { readYaml } from '../testing/case.js';
import { repoRoot } from '../testing/repo-root.js';

const folder = join(repoRoot(), 'src/compiler/policy/testdata');
const objects = readYaml(join(folder, 'every-field.in.yaml'));

test('golden: every field of every kind of policy', () => {
  const actual = JSON.parse(JSON.stringify(policyOf(snapshotOf(objects)))) as unknown;
  const golden = join(folder, 'every-field.golden.yaml');
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(golden)) {
    writeFileSync(golden, stringify(actual, { aliasDuplicateObjects: false, lineWidth: 0 }));
  }
  assert.deepEqual(actual, parse(readFileSync(golden, 'utf8')), 'differs; if it should, run with UPDATE_GOLDEN=1');
});

/** Fields that are refused, and so stand in no accepted object. */
const REFUSED =
  /^(rule\.selector|stdio\.(outputPath|max.*)|kubernetesenv\.(?!cacheRefreshDuration).*|QuotaSpecBinding\.services\[\]\.labels)$/;

test('the golden input has every field that a kind may have', () => {
  const missing = POLICY_KINDS.flatMap(({ definition }) => {
    const specs = objects.filter(({ kind }) => kind === definition.kind).map((object) => object['spec'] ?? {});
    const schema = definition.versions[0]!.schema.properties!['spec']!;
    return fieldsOf(schema, '')
      .filter((path) => !specs.some((spec) => has(spec, path)))
      .map((path) => `${definition.kind}.${path}`);
  });
  assert.deepEqual(
    missing.filter((path) => !REFUSED.test(path)),
    [],
  );
});

function fieldsOf({ properties = {}, items, additionalProperties }: Schema, at: string): string[] {
  if (items) return fieldsOf(items, `${at}[]`);
  if (typeof additionalProperties === 'object') return fieldsOf(additionalProperties, `${at}{}`);
  const names = Object.keys(properties).filter((name) => !name.includes('_'));
  return names.flatMap((name) => {
    const path = at === '' ? name : `${at}.${name}`;
    const below = fieldsOf(properties[name]!, path);
    return below.length > 0 ? below : [path];
  });
}

function has(value: unknown, path: string): boolean {
  const [step = '', ...rest] = path.split('.');
  const many = /[[{]/.test(step);
  const name = step.replace(/[[\]{}]/g, '');
  const fields = value as Record<string, unknown>;
  const child = fields[name] ?? fields[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
  if (child === undefined) return false;
  if (rest.length === 0) return true;
  return many ? Object.values(child as object).some((one) => has(one, rest.join('.'))) : has(child, rest.join('.'));
}
