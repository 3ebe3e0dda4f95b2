import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TrysailError } from '../../base/errors.js';
import { applyConfiguration, type ConfigDraft } from './configuration.js';
import { parseDockerfile } from './dockerfile.js';
import { parseImageName } from './image-name.js';
import { ignoreRules } from './patterns.js';
import { expandWord, rawWords } from './shell-words.js';

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
    ['COPY', { from: ['build'], chown: ['a:b'] }, '/x /y', undefined, 8],
    ['CMD', {}, '["node", "a b"]', ['node', 'a b'], 9],
  ]);
});

test('another escape character keeps backslashes', () => {
  assert.equal(parseDockerfile('# escape=`\nFROM a\nRUN c:\\x `\n y')[1]!.text, 'c:\\x  y');
});

test('here-documents: their content, tabs taken away, no variables where the name is quoted', () => {
  const text = 'FROM a\nRUN <<EOF cat\n$A\nEOF\nCOPY <<-ONE <<"TWO" /d/\n\t1\n\tONE\n2\nTWO\nUSER b';
  const parsed = parseDockerfile(text);
  assert.deepEqual(
    parsed.map(({ name, heredocs, line }) => [name, heredocs.map((each) => Object.values(each)), line]),
    [
      ['FROM', [], 1],
      ['RUN', [['EOF', '$A\n', true]], 2],
      [
        'COPY',
        [
          ['ONE', '1\n', true],
          ['TWO', '2\n', false],
        ],
        5,
      ],
      ['USER', [], 10],
    ],
  );
});

for (const [text, message] of [
  ['', /^Dockerfile:1: file with no instructions/],
  ['RUN x', /^Dockerfile:1: no FROM instruction/],
  ['FROM a\nBREW tea', /^Dockerfile:2: unknown instruction: BREW$/],
  ['FROM a\n\nCOPPY a b', /^Dockerfile:3: unknown instruction: COPPY \(did you mean COPY\?\)/],
  ['FROM a\nRUN', /^Dockerfile:2: RUN requires at least one argument/],
  ['FROM a\nCOPY --form=x a b', /^Dockerfile:2: unknown flag: --form/],
  ['FROM a\nCOPY --from a b', /^Dockerfile:2: missing a value on flag: --from/],
  ['FROM a\nCOPY --from=x --from=y a b', /^Dockerfile:2: duplicate flag specified: --from/],
  ['FROM a\nRUN <<EOF\nx\n', /^Dockerfile:2: unterminated heredoc/],
  ['FROM a\nSHELL /bin/bash', /^Dockerfile:2: SHELL requires the arguments to be in JSON form/],
  ['FROM a\nONBUILD ONBUILD RUN x', /^Dockerfile:2: Chaining ONBUILD/],
  ['FROM a\nONBUILD FROM x', /^Dockerfile:2: FROM isn't allowed as an ONBUILD trigger/],
  ['# escape=x\nFROM a', /^Dockerfile:1: invalid ESCAPE/],
] as const) {
  test(`refused: ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseDockerfile(text), { code: 'DOCKERFILE_INVALID', message }));
}

for (const [text, message] of [
  ['ENV A', /ENV must have two arguments/],
  ['ENV A=1 B', /can't find = in "B"/],
  ['EXPOSE http', /invalid containerPort: http/],
  ['EXPOSE 70000', /invalid containerPort: 70000/],
  ['HEALTHCHECK curl x', /Unknown type "curl" in HEALTHCHECK \(try CMD\)/],
  ['HEALTHCHECK --interval=5 CMD x', /invalid duration "5" of --interval/],
  ['HEALTHCHECK --retries=0 CMD x', /--retries must be at least 1/],
  ['STOPSIGNAL now', /Invalid signal: now/],
  ['USER a b', /USER requires exactly one argument/],
] as const) {
  test(`refused: ${text}`, () => {
    const [, instruction] = parseDockerfile(`FROM a\n${text}`);
    const apply = () => applyConfiguration(instruction!, {}, {}, []);
    assert.throws(apply, { code: 'DOCKERFILE_INVALID', message: new RegExp(`^Dockerfile:2: .*${message.source}`) });
  });
}

test('configuration: every instruction that says how an image is run', () => {
  const config: ConfigDraft = { Cmd: ['of', 'the', 'base'] };
  const text = [
    'FROM a',
    'ENV A=1 B="two words" C=three\\ words D=$A',
    'ENV E the rest $B',
    'LABEL x.y="1" z=2',
    'EXPOSE 80 53/udp 8000-8001',
    'VOLUME ["/data", "/more"]',
    'USER app:staff',
    'STOPSIGNAL SIGQUIT',
    'HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 CMD ["check", "it"]',
    'ENTRYPOINT exec run',
    'ONBUILD COPY . /app',
  ].join('\n');
  for (const instruction of parseDockerfile(text).slice(1)) {
    const values = Object.fromEntries((config.Env ?? []).map((pair) => pair.split('=') as [string, string]));
    applyConfiguration(instruction, config, values, ['/bin/sh', '-c']);
  }
  assert.deepEqual(config, {
    Env: ['A=1', 'B=two words', 'C=three words', 'D=', 'E=the rest two words'],
    Labels: { 'x.y': '1', z: '2' },
    ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {} },
    Volumes: { '/data': {}, '/more': {} },
    User: 'app:staff',
    StopSignal: 'SIGQUIT',
    Healthcheck: { Test: ['CMD', 'check', 'it'], Interval: 90e9, Timeout: 500e6, Retries: 2 },
    Entrypoint: ['/bin/sh', '-c', 'exec run'],
    OnBuild: ['COPY . /app'],
  });
});

test('any text parses or is refused with our error', () => {
  const parts = [
    'FROM ',
    'RUN ',
    'ENV ',
    '\n',
    '\\',
    '#',
    '"',
    "'",
    '[',
    ']',
    '$',
    '{',
    '}',
    'a',
    ' ',
    '=',
    '--x',
    '<<',
  ];
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...parts) }), (text) => {
      try {
        for (const instruction of parseDockerfile(text)) {
          applyConfiguration(instruction, {}, { a: '1' }, []);
          for (const word of rawWords(instruction.text)) expandWord(word, { a: '1' });
        }
      } catch (error) {
        assert.ok(error instanceof TrysailError, String(error));
      }
    }),
  );
});

const VALUES = { A: '1', EMPTY: '', FILE: '/a/b.tar.gz' };
for (const [text, expected] of [
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the syntax under test
  ['$A ${A}x', '1 1x'],
  ['${B:-d$A} ${EMPTY:-e} ${EMPTY-e}| ${B-u}', 'd1 e | u'],
  ['${A:+x} ${B:+y}| ${EMPTY:+y}| ${EMPTY+y}', 'x | | y'],
  ['${A:?no} ${B:-${A:-z}}', '1 1'],
  ['${FILE##*/} ${FILE#*/} ${FILE%.*} ${FILE%%.*}', 'b.tar.gz a/b.tar.gz /a/b.tar /a/b'],
  ['${FILE/b/c} ${FILE//a/x}', '/a/c.tar.gz /x/b.txr.gz'],
  ['\\$A \'$A\' "$A" "\\$A"', '$A $A 1 $A'],
  ['$B| $ $$', '| $ $$'],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the syntax under test
] as const) {
  test(`variables: ${text}`, () => assert.equal(expandWord(text, VALUES), expected));
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax under test
for (const text of ['${A', '${A!x}', "'open", '"open', '${B:?not given}', '${}']) {
  test(`variables: ${text} is refused`, () => {
    assert.throws(() => expandWord(text, VALUES), { code: 'EXPANSION_INVALID' });
  });
}

test('words keep their quotes, and blanks in quotes and braces', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax under test
  assert.deepEqual(rawWords('a "b c" d\\ e \'f "g\' ${x:-y z}'), ['a', '"b c"', 'd\\ e', "'f \"g'", '${x:-y z}']);
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
