import type { MeshSnapshot } from '../../compiler/index.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { callerOf, INGRESS } from '../callers.js';
import { explain } from '../explain.js';
import { type RequestSpec, urlOf } from '../request.js';
import type { Locate } from '../route-trials.js';
import type { Explanation, Origin } from '../types.js';
import { compare } from './compare.js';
import { CoverageCounter } from './coverage.js';
import type { ConfigTest, TestReport, TestResult } from './types.js';

export interface RunInput {
  readonly snapshot: MeshSnapshot;
  readonly tests: readonly ConfigTest[];
  readonly locate: Locate;
  readonly writtenAt: (origin: Origin) => Readonly<Record<string, unknown>> | undefined;
  /** Monotonic, for durations. */
  readonly now_ms: () => number;
}

/** Asks for each request what would become of it, and compares. */
export async function runConfigTests(input: RunInput): Promise<TestReport> {
  const { snapshot, tests, locate } = input;
  const counter = new CoverageCounter(locate);
  const nodes = new Map<string, Node | undefined>();
  for (const { from, namespace } of tests) {
    const key = `${namespace} ${from}`;
    if (nodes.has(key)) continue;
    const node = callerOf(snapshot, from, namespace);
    nodes.set(key, node);
    if (node !== undefined) counter.add(snapshot, node);
  }
  const results: TestResult[] = [];
  for (const test of tests) {
    results.push(await runTest(test, nodes.get(`${test.namespace} ${test.from}`), input, counter));
  }
  return { results, coverage: counter.coverage };
}

async function runTest(
  test: ConfigTest,
  node: Node | undefined,
  input: RunInput,
  counter: CoverageCounter,
): Promise<TestResult> {
  const start_ms = input.now_ms();
  const failures: string[] = [];
  if (node === undefined) failures.push(`no pod, service or workload "${test.from}" in namespace "${test.namespace}"`);
  else for (const request of test.requests) failures.push(...(await tryRequest(test, node, request, input, counter)));
  return { test, failures, duration_ms: input.now_ms() - start_ms };
}

async function tryRequest(
  test: ConfigTest,
  node: Node,
  request: RequestSpec,
  { snapshot, locate, writtenAt }: RunInput,
  counter: CoverageCounter,
): Promise<string[]> {
  const atGateway = test.from === INGRESS;
  const port = atGateway ? (request.scheme === 'https' ? 443 : 80) : request.port;
  const explanation = await explain({ snapshot, node, request: { ...request, port }, locate });
  counter.reached(explanation);
  const { clusterDomain } = snapshot.config;
  const differences = compare(explanation, test.expect, { namespace: test.namespace, clusterDomain, writtenAt });
  const prefix = test.requests.length > 1 ? `${request.method} ${urlOf(request)}: ` : '';
  if (test.not) {
    return differences.length > 0 ? [] : [`${prefix}this is what must not happen (${winnerText(explanation)})`];
  }
  return differences.map((difference) => `${prefix}${difference} (${winnerText(explanation)})`);
}

function winnerText({ routes }: Explanation): string {
  const origin = routes.find(({ result }) => result === 'matched')?.origin;
  if (origin === undefined) return 'no rule decided';
  const { kind, namespace, name, field, place } = origin;
  return `decided by ${kind} ${namespace}/${name} ${field}${place === undefined ? '' : ` at ${place}`}`;
}
