import { dirname, isAbsolute, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../../base/errors.js';
import { INGRESS } from '../../explain/callers.js';
import type { ConfigTest, Expectation, ExpectedDestination } from '../../explain/config-test/types.js';
import { parseDuration } from '../../resources/istio/duration.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import { Manifest } from '../manifests/manifest.js';
import { curlRequest } from './curl-request.js';
import { Reader } from './reader.js';
import { validatorTests } from './validator-tests.js';

/** Tests of one file are a mistake beyond this. */
export const TESTS_MAX = 10_000;

export interface TestFile {
  readonly tests: readonly ConfigTest[];
  /** Files and folders with the configuration, from here. */
  readonly config: readonly string[];
  /** Written for istio-config-validator: rules hold wherever they were written for. */
  readonly anyGateway: boolean;
}

/**
 * Reads a file of tests: ours (`tests:`), or istio-config-validator's (`testCases:`).
 * @param namespace where the file names none
 * @throws CliError with file and line
 */
export function parseTestFile(contents: string, file: string, namespace: string): TestFile {
  const lines = new LineCounter();
  const document = parseDocument(contents, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem) {
    const [message] = problem.message.split(' at line ', 1);
    throw new CliError('INVALID_YAML', `${file}:${lines.linePos(problem.pos[0]).line}: ${message}`);
  }
  const value: unknown = document.toJS();
  // Not an object of the mesh, but places in it are found in the same way.
  const source = new Manifest(value as KubeObject, file, document, lines, []);
  const root = new Reader(value, '', (field) => source.locate(field));
  const isValidators = typeof value === 'object' && value !== null && 'testCases' in value;
  const found = isValidators ? validatorTests(root, namespace) : ownTests(root, file, namespace);
  if (found.tests.length > TESTS_MAX) throw new CliError('TOO_MANY_TESTS', `${file} has more than ${TESTS_MAX} tests`);
  return found;
}

function ownTests(root: Reader, file: string, defaultNamespace: string): TestFile {
  const { config, namespace, tests } = root.fields('config', 'namespace', 'tests');
  const space = namespace.text() ?? defaultNamespace;
  if (!tests.given) throw root.wrong('has no tests', 'A test file starts with "tests:"; see docs/testing.md.');
  const folder = dirname(file);
  const from = (path: string): string => (isAbsolute(path) || file === '-' ? path : join(folder, path));
  return {
    tests: tests.items().map((test) => ownTest(test, space)),
    config: config.items().map((item) => from(item.text() ?? '')),
    anyGateway: false,
  };
}

function ownTest(reader: Reader, namespace: string): ConfigTest {
  const fields = reader.fields('name', 'from', 'namespace', 'request', 'expect');
  const name = fields.name.text();
  if (name === undefined) throw reader.wrong('a test needs a name');
  if (!fields.expect.given) throw reader.wrong('a test needs expect');
  return {
    name,
    place: reader.at(),
    from: fields.from.text() ?? INGRESS,
    namespace: fields.namespace.text() ?? namespace,
    requests: [requestOf(fields.request)],
    expect: expectationOf(fields.expect),
    not: false,
  };
}

function requestOf(reader: Reader) {
  if (typeof reader.value === 'string') return ask(reader, reader.value, {});
  const { url, method, headers } = reader.fields('url', 'method', 'headers');
  const address = url.text();
  if (address === undefined) throw reader.wrong('a request needs a url');
  const header = headers.entries().map(([name, value]) => `${name}: ${String(value.value)}`);
  const request = method.text();
  return ask(url, address, { header, ...(request !== undefined && { request }) });
}

function ask(reader: Reader, url: string, options: Parameters<typeof curlRequest>[1]) {
  try {
    return curlRequest([url], options);
  } catch (error) {
    throw reader.wrong(messageOf(error));
  }
}

function expectationOf(reader: Reader): Expectation {
  const fields = reader.fields(
    ...([
      'rule',
      'route',
      'path',
      'authority',
      'timeout',
      'retries',
      'fault',
      'mirror',
      'redirect',
      'response',
    ] as const),
    ...(['requestHeaders', 'responseHeaders', 'verdict'] as const),
  );
  const parts: Readonly<Record<keyof typeof fields, unknown>> = {
    rule: fields.rule.text(),
    route: fields.route.given ? fields.route.items().map(destinationOf) : undefined,
    path: fields.path.text(),
    authority: fields.authority.text(),
    timeout: durationOf(fields.timeout),
    retries: noneOr(fields.retries, (each) => {
      const { attempts, on, perTryTimeout } = each.fields('attempts', 'on', 'perTryTimeout');
      return defined({ attempts: attempts.number(), on: on.text(), perTryTimeout: durationOf(perTryTimeout) });
    }),
    fault: noneOr(fields.fault, faultOf),
    mirror: noneOr(fields.mirror, (each) => each.items().map(mirrorOf)),
    redirect: noneOr(fields.redirect, (each) => {
      const { status, location } = each.fields('status', 'location');
      return defined({ status: status.number(), location: location.text() });
    }),
    response: noneOr(fields.response, (each) => {
      const { status, body } = each.fields('status', 'body');
      return defined({ status: status.number(), body: body.text() });
    }),
    verdict: verdictOf(fields.verdict),
    requestHeaders: headersOf(fields.requestHeaders),
    responseHeaders: headersOf(fields.responseHeaders),
  };
  return defined(parts) as Expectation;
}

function verdictOf(reader: Reader): Expectation['verdict'] {
  if (!reader.given) return undefined;
  if (reader.value === 'allow') return 'allow';
  const { status, body } = reader.fields('status', 'body');
  return defined({ status: status.number(), body: body.text() });
}

function destinationOf(reader: Reader): ExpectedDestination {
  const { host, subset, port, weight } = reader.fields('host', 'subset', 'port', 'weight');
  const name = host.text();
  if (name === undefined) throw reader.wrong('a destination needs a host');
  return { host: name, ...defined({ subset: subset.text(), port: port.number(), weight: weight.number() }) };
}

function faultOf(reader: Reader) {
  const { delay, abort } = reader.fields('delay', 'abort');
  const part = (each: Reader, read: (fields: Reader) => object): object | undefined =>
    each.given ? read(each) : undefined;
  return defined({
    delay: part(delay, (each) => {
      const { percent, fixedDelay } = each.fields('percent', 'fixedDelay');
      return defined({ percent: percent.number(), fixedDelay: durationOf(fixedDelay) });
    }),
    abort: part(abort, (each) => {
      const { percent, httpStatus } = each.fields('percent', 'httpStatus');
      return defined({ percent: percent.number(), httpStatus: httpStatus.number() });
    }),
  });
}

function mirrorOf(reader: Reader) {
  const { host, subset, percent } = reader.fields('host', 'subset', 'percent');
  const name = host.text();
  if (name === undefined) throw reader.wrong('a mirror needs a host');
  return { host: name, ...defined({ subset: subset.text(), percent: percent.number() }) };
}

function headersOf(reader: Reader): Record<string, string | null> | undefined {
  if (!reader.given) return undefined;
  return Object.fromEntries(reader.entries().map(([name, value]) => [name, value.text() ?? null]));
}

function durationOf(reader: Reader): string | undefined {
  const text = reader.text();
  if (text === undefined || text === 'none' || parseDuration(text) !== undefined) return text;
  throw reader.wrong('must be a duration with a unit, for example 10s, or none');
}

function noneOr<T>(reader: Reader, read: (reader: Reader) => T): T | 'none' | undefined {
  if (!reader.given) return undefined;
  return reader.value === 'none' ? 'none' : read(reader);
}

/** Without the fields that are not there. */
function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
