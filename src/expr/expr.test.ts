import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileExpression, ExpressionError, isFailure, type Value, vocabularyOf } from './index.js';
import { EXPRESSION_DEPTH_MAX, EXPRESSION_LENGTH_MAX_CHARS, EXPRESSION_NODES_MAX } from './limits.js';

const vocabulary = vocabularyOf(
  new Map([
    ['as', 'STRING'],
    ['ai', 'INT64'],
    ['ab', 'BOOL'],
    ['bb', 'BOOL'],
    ['ad', 'DOUBLE'],
    ['dns', 'DNS_NAME'],
    ['mail', 'EMAIL_ADDRESS'],
    ['link', 'URI'],
  ] as const),
);

function run(text: string, attributes: Record<string, Value> = {}): Value | string {
  const bag = new Map(Object.entries(attributes));
  const result = compileExpression(text, vocabulary).evaluate(bag);
  return isFailure(result) ? `failed: ${result.message}` : result;
}

function refusal(text: string): string {
  try {
    compileExpression(text, vocabulary);
  } catch (error) {
    assert(error instanceof ExpressionError, String(error));
    return error.message;
  }
  return assert.fail(`${text} is accepted`);
}

const labels = new Map([
  ['app', 'preference'],
  ['version', 'v1'],
]);

test('the expressions of the tutorial', () => {
  const match = 'destination.labels["app"] == "preference" && source.labels["app"]=="customer"';
  const bag = { 'destination.labels': labels, 'source.labels': new Map([['app', 'customer']]) };
  assert.equal(run(match, bag), true);
  assert.equal(run(match, { ...bag, 'source.labels': labels }), false);
  const dimension = 'source.labels["app"] | source.service | "unknown"';
  assert.equal(run(dimension, { 'source.labels': labels, 'source.service': 's' }), 'preference');
  assert.equal(run(dimension, { 'source.labels': new Map(), 'source.service': 's' }), 's');
  assert.equal(run(dimension), 'unknown');
});

test('an absent attribute fails the expression, and only | makes up for it', () => {
  assert.equal(run('as == "x"'), "failed: lookup failed: 'as'");
  assert.equal(run('request.headers["x"] == "y"'), "failed: lookup failed: 'request.headers'");
  assert.equal(run('(as | "d") == "d"'), true);
  assert.equal(run('as | "d" == "d"'), true, '| binds closer than ==');
  assert.equal(run('(as == "x") | true'), "failed: lookup failed: 'as'", 'a comparison is never absent');
  assert.equal(run('as | request.id'), "failed: lookup failed: 'request.id'");
  assert.equal(run('as | (request.id | "x")'), 'x');
  assert.equal(run('(as | request.id) | "x"'), 'x');
  assert.equal(run('request.headers[as] | "x"', { 'request.headers': labels }), 'x');
  assert.equal(run('request.headers[as] | "x"', { 'request.headers': labels, as: 'app' }), 'preference');
});

test('an entry that a map has not is empty, but left of | it is absent', () => {
  const bag = { 'request.headers': labels, as: 'x' };
  assert.equal(run('request.headers["x"] == ""', bag), true);
  assert.equal(run('request.headers[as] != "customer"', bag), true);
  assert.equal(run('match(request.headers["x"], "a*")', bag), false);
  assert.equal(run('request.headers["x"] | "d"', bag), 'd');
});

test('&& and || look at their right side only where it counts', () => {
  assert.equal(run('ab && bb', { ab: false }), false);
  assert.equal(run('ab || bb', { ab: true }), true);
  assert.equal(run('ab && bb', { ab: true }), "failed: lookup failed: 'bb'");
  assert.equal(run('ab || bb', { ab: false }), "failed: lookup failed: 'bb'");
  assert.equal(run('ab || bb', { bb: true }), "failed: lookup failed: 'ab'");
  assert.equal(run('ab == true || ab && false', { ab: false }), false, '&& binds closer than ||');
});

test('literals', () => {
  assert.equal(run(String.raw`"a\t\"\x41\u00e9\101"`), 'a\t"Aé'.concat('A'));
  assert.equal(run('`a\\b"c`'), 'a\\b"c');
  assert.equal(run("'x'"), 'x');
  assert.equal(run('42'), 42);
  assert.equal(run('1.5e3'), 1500);
  assert.equal(run('TRUE'), true);
  assert.equal(compileExpression('"1m30s"', vocabulary).type, 'DURATION');
  assert.equal(run('"1m30s"'), 90_000);
  assert.equal(run('response.duration | "0ms"'), 0);
  assert.equal(run('response.duration > "1s"', { 'response.duration': 1500 }), true);
});

test('a string that reads as a duration is a string where one is asked for', () => {
  assert.equal(run('as == "1s"', { as: '1s' }), true);
  assert.equal(run('"0" == as', { as: '0' }), true);
  assert.equal(run('as | "5m"'), '5m');
  assert.equal(run('match("1s", "1*")'), true);
});

test('comparison by type', () => {
  assert.equal(run('ai >= 400 && ai < 500', { ai: 404 }), true);
  assert.equal(run('ad <= 1.5', { ad: 1.5 }), true);
  assert.equal(run('as > "a"', { as: 'b' }), true);
  assert.equal(run('as != "a"', { as: 'b' }), true);
  assert.equal(run('source.ip == ip("10.0.0.1")', { 'source.ip': '10.0.0.1' }), true);
  assert.equal(run('source.ip == ip("::ffff:10.0.0.1")', { 'source.ip': '10.0.0.1' }), true);
  assert.equal(run('source.ip != ip("::1")', { 'source.ip': '0:0::1' }), false);
  assert.equal(run('request.time == timestamp("2018-01-02T15:04:05+01:00")', { 'request.time': 1514901845000 }), true);
  assert.equal(run('request.time < timestamp("2018-01-02T15:04:05Z")', { 'request.time': 0 }), true);
  assert.equal(run('dns == dnsName("WWW.istio.io.")', { dns: 'www.istio.io' }), true);
  assert.equal(run('dns == dnsName("xn--bcher-kva.example")', { dns: 'bücher.example' }), true);
  assert.equal(run('mail == email("a@ISTIO.io")', { mail: 'a@istio.io' }), true);
  assert.equal(run('mail == email("A@istio.io")', { mail: 'a@istio.io' }), false);
  assert.equal(run('mail == email("a@istio.io")', { mail: '"a"@istio.io' }), true);
  assert.equal(run('link == uri("HTTP://Istio.io/x")', { link: 'http://istio.io/x' }), true);
  assert.equal(run('link == uri("http://istio.io/X")', { link: 'http://istio.io/x' }), false);
});

test('functions', () => {
  const bag = { 'request.path': '/api/v1/users' };
  assert.equal(run('match(request.path, "/api*")', bag), true);
  assert.equal(run('match(request.path, "*users")', bag), true);
  assert.equal(run('match(request.path, "/api")', bag), false);
  assert.equal(run('request.path.startsWith("/api")', bag), true);
  assert.equal(run('request.path.endsWith("/api")', bag), false);
  assert.equal(run('request.headers["app"].startsWith("pre")', { 'request.headers': labels }), true);
  assert.equal(run('"v[0-9]+".matches(request.path)', bag), true);
  assert.equal(run('"^v[0-9]+".matches(request.path)', bag), false);
  assert.equal(run('(as | "").startsWith("a")'), false);
  assert.deepEqual([...(run('source.labels | emptyStringMap()') as Map<string, string>)], []);
  assert.equal(
    run('conditionalString((context.reporter.kind | "inbound") == "inbound", "server", "client")'),
    'server',
  );
  assert.equal(run('toLower("AbC") + "d"'), 'abcd');
  assert.equal(run('size("ä")'), 2);
  assert.equal(run('dnsName(as)', { as: '' }), `failed: error converting '' to dns name: 'idna: invalid label ""'`);
  assert.equal(run('email(as)', { as: 'x' }), "failed: error converting 'x' to e-mail: 'mail: no angle-addr'");
  assert.equal(run('ip(as)', { as: 'x' }), 'failed: could not convert x to IP_ADDRESS');
});

test('a mistake is named with its column and what was meant', () => {
  assert.equal(
    refusal('source.lables["app"] == "x"'),
    'column 1: unknown attribute source.lables; did you mean source.labels?',
  );
  assert.equal(refusal('destination.service == 5'), 'column 21: == needs two values of one type, got STRING and INT64');
  assert.equal(
    refusal('source.ip == "10.0.0.1"'),
    'column 11: == needs two values of one type, got IP_ADDRESS and STRING; write an address as ip("10.0.0.1")',
  );
  assert.equal(refusal('ab &&'), 'column 6: unexpected the end, expected a literal, an attribute or a function');
  assert.equal(refusal('ab && as'), 'column 7: expected BOOL, got STRING; write a comparison, or true or false');
  assert.equal(refusal('ab = true'), 'column 4: unexpected "="; compare with ==');
  assert.equal(refusal('as == "x'), 'column 7: string literal not terminated; close it with "');
  assert.equal(refusal('startWith(as)'), 'column 1: unknown function startWith; did you mean startsWith?');
  assert.equal(refusal('startsWith(as, "x")'), 'column 1: startsWith is a method; write text.startsWith(…)');
  assert.equal(refusal('match(as)'), 'column 1: match takes 2 arguments, got 1');
  assert.equal(refusal('ip("10.0.0")'), 'column 1: could not convert 10.0.0 to IP_ADDRESS');
  assert.match(refusal('"(".matches(as)'), /^column 5: .*missing closing/);
  assert.equal(refusal('as == 5s'), 'column 8: 5 is followed by a letter; write a duration as a string: "1s"');
  assert.equal(
    refusal('source.labels == source.labels'),
    'column 15: a STRING_MAP cannot be compared; compare one entry: map["key"]',
  );
  assert.match(refusal('ab &&\n  sa == "x"'), /^line 2 column 3: unknown attribute sa/);
  assert.match(refusal(''), /^column 1: the expression is empty/);
});

test('one past each limit is refused', () => {
  const long = `"${'x'.repeat(EXPRESSION_LENGTH_MAX_CHARS - 2)}"`;
  assert.equal(run(long), long.slice(1, -1));
  assert.match(refusal(`${long} `), /longer than 4096 characters/);
  const deep = (levels: number) => `${'('.repeat(levels)}1${')'.repeat(levels)}`;
  assert.equal(run(deep(EXPRESSION_DEPTH_MAX)), 1);
  assert.match(refusal(deep(EXPRESSION_DEPTH_MAX + 1)), /nested deeper than 64/);
  const wide = (parts: number) => Array.from({ length: parts }, () => '1').join('+');
  assert.equal(run(wide(EXPRESSION_NODES_MAX / 2)), EXPRESSION_NODES_MAX / 2);
  assert.match(refusal(wide(EXPRESSION_NODES_MAX / 2 + 1)), /more than 1024 parts/);
});
