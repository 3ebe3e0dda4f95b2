import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { ConfigError } from '../../src/proxy/errors.js';
import { compileFormat } from '../../src/proxy/format/formatter.js';
import { ConnectionInfo, StreamInfo } from '../../src/proxy/http/stream-info.js';
import { compileRegex, compileSubstitution } from '../../src/proxy/matching/regex.js';
import { HeaderMap } from '../../src/wire/http1/index.js';
import { holds, mutationsOf } from './fuzz.js';

/** @returns undefined when it is refused, as a configuration must be */
function compiled<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    assert.ok(error instanceof ConfigError, `not a ConfigError: ${error}`);
    return undefined;
  }
}

function stream(): StreamInfo {
  const info = new StreamInfo(new ConnectionInfo('127.0.0.1', 1, '127.0.0.1', 2), '');
  info.headers = new HeaderMap();
  info.headers.add('x-a', 'value');
  info.responseHeaders = new HeaderMap();
  return info;
}

const FORMATS = [
  'a %REQ(X-A?:PATH):5% %RESP(x)% %RESPONSE_CODE% %% %START_TIME(%Y/%m/%dT%H:%M:%S.%3f)%',
  '%DYNAMIC_METADATA(a:b:c)% %FILTER_STATE(x)% %UPSTREAM_HOST% %TRAILER(t)%',
  '%BYTES_SENT%%DURATION%%PROTOCOL%',
];

holds(
  'format strings: any text is a format, or refused as configuration',
  [
    fc.oneof(
      fc.string(),
      mutationsOf(FORMATS, ['%', '(', ')', ':', '?', '%REQ(', ':9999999999', '%START_TIME(', ')%', 'é']),
    ),
  ],
  (text) => {
    const format = compiled(() => compileFormat(text, 'format'));
    if (format !== undefined) assert.equal(typeof format(stream()), 'string');
  },
);

const word = fc.stringMatching(/^[ -~]{0,12}$/);
const PATTERNS = [
  '.*word.*',
  'word.*',
  '.*word',
  '^/v[0-9]+/(.*)$',
  '(a|b)+?c{2,3}',
  '[^/]+',
  '\\d+\\.x',
  '(?i)abc',
  '^/b/([^/]+)/(.*)$',
];
const SYNTAX = [
  '.*',
  '.',
  '*',
  '+',
  '?',
  '(',
  ')',
  '[',
  ']',
  '{1,2}',
  '|',
  '^',
  '$',
  '\\',
  '\\1',
  '\\d',
  '(?i)',
  '(?=a)',
  '\\C',
  '/',
];

holds(
  'regular expressions: the short ways answer as RE2 does',
  [
    mutationsOf(PATTERNS, SYNTAX),
    fc.oneof(word, mutationsOf(['a word here', '/v1/x', '/b/one/two', 'abcc'], ['word', '/', 'a'])),
  ],
  (pattern, text) => {
    const matches = compiled(() => compileRegex(pattern, 'regex'));
    if (matches === undefined || /[\r\n]/.test(text)) return;
    assert.equal(matches(text), RE2JS.compile(pattern).testExact(text));
  },
);

holds(
  'substitutions: any text is one, or refused as configuration',
  [mutationsOf(PATTERNS, SYNTAX), mutationsOf(['/\\2/\\1', 'x$1', '\\0', '\\\\'], ['\\', '$', '\\9', '${']), word],
  (regex, substitution, text) => {
    const pattern = {
      $typeName: 'envoy.type.matcher.v3.RegexMatcher' as const,
      engineType: { case: undefined, value: undefined },
      regex,
    };
    const substitute = compiled(() => compileSubstitution({ pattern, substitution }, 'rewrite'));
    if (substitute !== undefined) assert.equal(typeof substitute(text), 'string');
  },
);
