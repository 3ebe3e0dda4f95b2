import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { repoRoot } from '../compiler/testing/repo-root.js';
import type { KubeObject } from '../resources/object.js';
import { analyze } from './analyze.js';
import { ANALYZERS } from './analyzers/index.js';
import { IST, MESSAGE_TYPES, NOT_APPLICABLE, TRY } from './codes.js';
import { friendlyName, type Message } from './message.js';

const TESTDATA = join(repoRoot(), 'src/analysis/testdata');
const NOW_MS = Date.UTC(2030, 0, 1);
const UPDATE = process.env['TRYSAIL_UPDATE'] === '1';
const served = new Set(readdirSync(TESTDATA).map((file) => file.replace('.yaml', '')));

interface Case {
  readonly kind: 'Case';
  readonly name: string;
  readonly live?: boolean;
  readonly expect: readonly string[];
}

function told(messages: readonly Message[]): string[] {
  return messages.map((message) => {
    const { type, level, subject, field, text, fix } = message;
    return `${level} ${type.code} ${friendlyName(subject)} ${field}: ${text} | ${fix}`;
  });
}

function run(code: string, { live = false }: Case, objects: readonly KubeObject[]): string[] {
  const origin = { place: (field = '') => ({ file: `test.yaml#${field}` }) };
  const inputs = objects.map((object) => (live ? { object } : { object, origin }));
  const messages = analyze(inputs, { live, now_ms: NOW_MS, namespace: 'default' });
  return told(messages.filter(({ type }) => type.code === code));
}

for (const file of readdirSync(TESTDATA).sort()) {
  const code = file.replace('.yaml', '');
  const path = join(TESTDATA, file);
  const documents = parseAllDocuments(readFileSync(path, 'utf8'));
  const values = documents.map((document) => document.toJS() as Case | KubeObject);
  const starts = values.flatMap((value, i) => (value.kind === 'Case' ? [i] : []));
  for (const [n, start] of starts.entries()) {
    const head = values[start] as Case;
    const objects = values.slice(start + 1, starts[n + 1]) as KubeObject[];
    test(`${code}: ${head.name}`, () => {
      const messages = run(code, head, objects);
      if (UPDATE) documents[start]!.setIn(['expect'], messages);
      else assert.deepEqual(messages, head.expect);
    });
  }
  test(`${code} has a bad and a good example`, () => {
    if (UPDATE)
      writeFileSync(
        path,
        documents
          .map((document) => document.toString({ lineWidth: 0 }))
          .join('')
          .replace(/^---\n/, ''),
      );
    const expectations = starts.map((start) => (values[start] as Case).expect.length > 0);
    assert.ok(expectations.includes(true) && expectations.includes(false), 'both are wanted');
  });
}

test('every code has its examples', () => {
  const missing = MESSAGE_TYPES.filter((type) => type !== IST.InternalError && !served.has(type.code));
  assert.deepEqual(missing, []);
});

test('every code is said by an analyzer, by the validation of schemas, or has a reason why it cannot arise', () => {
  const byValidation = [
    ...[IST.SchemaValidationError, IST.InternalError],
    ...[TRY.UnsupportedField, TRY.UnservedKind, TRY.RepeatedObject, TRY.RouteRuleWeights],
  ];
  const said = new Set([...ANALYZERS.flatMap(({ types }) => types), ...byValidation]);
  assert.deepEqual(
    MESSAGE_TYPES.filter((type) => !said.has(type)),
    [],
  );
  const codes = [...MESSAGE_TYPES.map(({ code }) => code), ...Object.keys(NOT_APPLICABLE)];
  assert.equal(new Set(codes).size, codes.length);
});
