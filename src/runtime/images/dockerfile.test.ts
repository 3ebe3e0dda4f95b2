import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrysailError } from '../../base/errors.js';
import { parseDockerfile } from './dockerfile.js';
import { expandVariables, parsePairs, splitWords } from './expand.js';
import { parseImageName } from './image-name.js';
import { ignoreRules } from './patterns.js';

test('instructions: continuation, comments inside, flags, exec form, line numbers', () => {
  const text =
    '# syntax=docker/dockerfile:1\nfrom node:20 as build\n\nRUN one && \\\n  # why\n\n  two\nCOPY --from=build --chown=a:b /x /y\nCMD ["node", "a b"]\n';
  const parsed = parseDockerfile(text).map(({ name, flags, text: body, json, line }) => [
    name,
    flags,
    body,
    json,
    line,
  ]);
  assert.deepEqual(parsed, [
    ['FROM', {}, 'node:20 as build', undefined, 2],
    ['RUN', {}, 'one &&   two', undefined, 4],
    ['COPY', { from: 'build', chown: 'a:b' }, '/x /y', undefined, 8],
    ['CMD', {}, '["node", "a b"]', ['node', 'a b'], 9],
  ]);
});

test('another escape character keeps backslashes', () => {
  assert.equal(parseDockerfile('# escape=`\nFROM a\nRUN c:\\x `\n y')[1]!.text, 'c:\\x  y');
});

for (const [text, message] of [
  ['', /no FROM/],
  ['FROM a\nBREW tea', /line 2: unknown instruction: BREW/],
  ['FROM a\nRUN', /line 2: RUN requires at least one argument/],
  ['FROM a\nRUN <<EOF\nx\nEOF', /line 2: .*here-document/],
] as const) {
  test(`refused: ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseDockerfile(text), { code: 'DOCKERFILE_INVALID', message }));
}

test('any text parses or is refused with our error', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('FROM ', 'RUN ', '\n', '\\', '#', '"', '[', ']', '$', '{', '}', 'a', ' ', '=', '--x'),
      }),
      (text) => {
        try {
          for (const { text: body } of parseDockerfile(text)) parsePairs(expandVariables(body, { a: '1' }));
        } catch (error) {
          assert.ok(error instanceof TrysailError);
        }
      },
    ),
  );
});

test('variables', () => {
  const values = { A: '1', EMPTY: '' };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax under test
  assert.equal(expandVariables('$A ${A} ${B:-d$A} ${EMPTY:-e} ${A:+x} ${B:+y}| \\$A', values), '1 1 d1 e x | $A');
});

test('words and pairs', () => {
  assert.deepEqual(splitWords(`a "b c" d\\ e 'f "g'`), ['a', 'b c', 'd e', 'f "g']);
  assert.deepEqual(parsePairs('A=1 B="2 3"'), [
    ['A', '1'],
    ['B', '2 3'],
  ]);
  assert.deepEqual(parsePairs('A the rest'), [['A', 'the rest']]);
});

for (const [name, full, familiar] of [
  ['node', 'docker.io/library/node:latest', 'node:latest'],
  ['shop/web:v1', 'docker.io/shop/web:v1', 'shop/web:v1'],
  ['localhost:5000/web', 'localhost:5000/web:latest', 'localhost:5000/web:latest'],
  ['quay.io/a/b:c', 'quay.io/a/b:c', 'quay.io/a/b:c'],
  ['docker.io/node', 'docker.io/library/node:latest', 'node:latest'],
] as const) {
  test(`image name ${name}`, () => {
    const parsed = parseImageName(name);
    assert.deepEqual([parsed.full, parsed.familiar], [full, familiar]);
  });
}

for (const name of ['', 'a/B', 'a:', 'a:b:c', 'a//b', 'a@sha256:12']) {
  test(`image name ${JSON.stringify(name)} is refused`, () => {
    assert.throws(() => parseImageName(name), { code: 'INVALID_IMAGE_NAME' });
  });
}

test('.dockerignore: the last matching line decides, a folder stands for all in it', () => {
  const ignored = ignoreRules('# c\nnode_modules\n*.md\n!README.md\n**/*.log\ndocs/**/x?.txt');
  const cases = {
    'node_modules/a/b.js': true,
    'CHANGES.md': true,
    'README.md': false,
    'a/b/c.log': true,
    'docs/a/x1.txt': true,
    'docs/x1.txt': true,
    'src/a.md': false,
  };
  for (const [path, expected] of Object.entries(cases)) assert.equal(ignored(path), expected, path);
});
