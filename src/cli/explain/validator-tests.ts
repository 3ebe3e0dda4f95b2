import { INGRESS } from '../../explain/callers.js';
import type { ConfigTest, ExpectedDestination } from '../../explain/config-test/types.js';
import type { RequestSpec } from '../../explain/index.js';
import type { Reader } from './reader.js';
import type { TestFile } from './test-file.js';

/** More combinations of one test case help nobody. */
export const COMBINATIONS_MAX = 1_000;
const HTTP_PORT = 80;
const ANY_URI = ['/'];
const ANY_METHOD = ['GET'];

/** Parts of a route that are compared with what the winning VirtualService has written. */
const WRITTEN = ['rewrite', 'fault', 'headers', 'delegate', 'redirect'] as const;

/** The test cases of istio-config-validator. Each asks every combination of its authorities, methods and paths. */
export function validatorTests(root: Reader, namespace: string): TestFile {
  const { testCases } = root.fields('testCases');
  return { tests: testCases.items().map((each) => testCase(each, namespace)), config: [], anyGateway: true };
}

function testCase(reader: Reader, namespace: string): ConfigTest {
  const fields = reader.fields('description', 'wantMatch', 'isMatch', 'request', 'route', 'destination', ...WRITTEN);
  const wanted = fields.wantMatch.flag() ?? fields.isMatch.flag() ?? true;
  const single = fields.destination.given ? [destinationOf(fields.destination)] : undefined;
  const route = fields.route.given ? fields.route.items().map(routeOf) : single;
  const written = WRITTEN.filter((name) => fields[name].given).map((name) => [name, fields[name].value] as const);
  return {
    name: fields.description.text() ?? reader.path,
    place: reader.at(),
    from: INGRESS,
    namespace,
    requests: requestsOf(fields.request),
    expect: { ...(route && { route }), ...(written.length > 0 && { written: Object.fromEntries(written) }) },
    not: !wanted,
  };
}

function requestsOf(reader: Reader): RequestSpec[] {
  const { authority, method, uri, scheme, headers } = reader.fields('authority', 'method', 'uri', 'scheme', 'headers');
  const hosts = texts(authority);
  if (hosts.length === 0) throw reader.wrong('a request needs at least one authority');
  const fields = headers.entries().map(([name, value]): [string, string] => [name, String(value.value)]);
  const schemes = texts(scheme).filter((each) => each === 'http' || each === 'https');
  const combinations = hosts.flatMap((host) =>
    orElse(texts(method), ANY_METHOD).flatMap((verb) =>
      orElse(texts(uri), ANY_URI).map((path) => ({ host, verb, path })),
    ),
  );
  if (combinations.length > COMBINATIONS_MAX) throw reader.wrong(`has more than ${COMBINATIONS_MAX} combinations`);
  return combinations.map(({ host, verb, path }) => ({
    method: verb,
    // Every rule is tried as at a gateway without TLS, whatever scheme its caller would use.
    scheme: schemes[0] === 'https' ? 'http' : (schemes[0] ?? 'http'),
    host,
    port: HTTP_PORT,
    authority: host,
    path,
    headers: fields,
  }));
}

function texts(reader: Reader): string[] {
  return reader.items().map((item) => item.text() ?? '');
}

function orElse(given: readonly string[], otherwise: readonly string[]): readonly string[] {
  return given.length > 0 ? given : otherwise;
}

/** An HTTPRouteDestination of Istio. */
function routeOf(reader: Reader): ExpectedDestination {
  const { destination, weight } = reader.fields('destination', 'weight', 'headers');
  const share = weight.number();
  return { ...destinationOf(destination), ...(share !== undefined && { weight: share }) };
}

function destinationOf(reader: Reader): ExpectedDestination {
  const { host, subset, port } = reader.fields('host', 'subset', 'port');
  const name = host.text();
  if (name === undefined) throw reader.wrong('a destination needs a host');
  const number = port.given ? port.fields('number').number.number() : undefined;
  const version = subset.text();
  return {
    host: name,
    ...(version !== undefined && { subset: version }),
    ...(number !== undefined && { port: number }),
  };
}
