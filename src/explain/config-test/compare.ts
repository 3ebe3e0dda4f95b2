import { isDeepStrictEqual } from 'node:util';
import { resolveShortHost } from '../../compiler/hostname.js';
import { duration_ms } from '../../resources/istio/duration.js';
import type { DestinationOutcome, Explanation, ForwardOutcome, HeaderChange, Origin } from '../types.js';
import type { Expectation, ExpectedDestination, ExpectedFault, ExpectedMirror } from './types.js';

export interface CompareContext {
  readonly namespace: string;
  readonly clusterDomain: string;
  /** The value of a field of an object, as its file has it. */
  readonly writtenAt: (origin: Origin) => Readonly<Record<string, unknown>> | undefined;
}

/** What of an explanation is not as expected, a line each; empty: all is. */
export function compare(explanation: Explanation, expect: Expectation, context: CompareContext): string[] {
  const differences: string[] = [];
  const differ = (what: string, wanted: unknown, actual: unknown): void => {
    differences.push(`${what}: expected ${show(wanted)}, but it is ${show(actual)}`);
  };
  const check = (what: string, wanted: unknown, actual: unknown): void => {
    if (wanted !== undefined && !isDeepStrictEqual(wanted, actual)) differ(what, wanted, actual);
  };
  const winner = explanation.routes.find(({ result }) => result === 'matched')?.origin;
  if (expect.rule !== undefined && !isRule(expect.rule, winner, context)) differ('rule', expect.rule, ruleText(winner));
  compareAnswers(explanation, expect, check);
  const forward = explanation.outcome.kind === 'forward' ? explanation.outcome : undefined;
  if (expect.route !== undefined) {
    const { outcome } = explanation;
    const actual = outcome.kind === 'forward' || outcome.kind === 'tcp' ? outcome.destinations : [];
    const wanted = expect.route.map((each) => wantedDestination(each, expect.route!.length, context));
    if (!sameDestinations(wanted, actual)) differ('route', wanted.map(destinationText), outcomeText(explanation));
  }
  if (forward !== undefined) compareForward(forward, explanation, expect, context, check);
  else if (isOnlyForForwarded(expect)) differ('what happens', 'it is sent on', outcomeText(explanation));
  if (expect.verdict !== undefined) checkVerdicts(expect.verdict, explanation, check);
  for (const [field, wanted] of Object.entries(expect.written ?? {})) {
    check(field, wanted, winner && context.writtenAt(winner)?.[field]);
  }
  return differences;
}

type Check = (what: string, wanted: unknown, actual: unknown) => void;

function compareAnswers({ outcome }: Explanation, { redirect, response }: Expectation, check: Check): void {
  const answer =
    outcome.kind === 'direct'
      ? { status: outcome.status, body: outcome.body }
      : outcome.kind === 'none' && outcome.status !== undefined
        ? { status: outcome.status, body: '' }
        : 'none';
  checkParts('response', response, answer, check);
  checkParts('redirect', redirect, outcome.kind === 'redirect' ? { ...outcome } : 'none', check);
}

function checkVerdicts(wanted: NonNullable<Expectation['verdict']>, { outcome }: Explanation, check: Check): void {
  const destinations = outcome.kind === 'forward' ? outcome.destinations : [];
  for (const { policy } of destinations) checkParts('verdict', wanted, policy?.answer ?? 'allow', check);
}

/** Only the parts that are expected count. */
function checkParts(what: string, wanted: string | object | undefined, actual: string | object, check: Check): void {
  if (wanted === undefined || typeof wanted === 'string' || typeof actual === 'string') {
    check(what, wanted, actual);
    return;
  }
  const parts = actual as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(wanted)) check(`${what}.${name}`, value, parts[name]);
}

function isOnlyForForwarded(expect: Expectation): boolean {
  const { path, authority, timeout, retries, fault, mirror, requestHeaders } = expect;
  return [path, authority, timeout, retries, fault, mirror, requestHeaders].some((part) => part !== undefined);
}

function compareForward(
  forward: ForwardOutcome,
  { request }: Explanation,
  expect: Expectation,
  context: CompareContext,
  check: Check,
): void {
  check('path', expect.path, forward.path ?? request.path);
  check('authority', expect.authority, forward.authority ?? request.authority);
  check('timeout', timeoutText(milliseconds(expect.timeout)), timeoutText(forward.timeout_ms));
  const { retries } = forward;
  checkParts('retries', retriesParts(expect.retries), retries === undefined ? 'none' : { ...retries }, check);
  checkFault(expect.fault, forward, check);
  if (expect.mirror !== undefined) checkMirrors(expect.mirror, forward, context, check);
  checkHeaders('requestHeaders', expect.requestHeaders, forward.requestHeaders, check);
  checkHeaders('responseHeaders', expect.responseHeaders, forward.responseHeaders, check);
}

function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text === 'none' ? 0 : duration_ms(text);
}

function timeoutText(duration_ms: number | undefined): string | undefined {
  if (duration_ms === undefined) return undefined;
  return duration_ms === 0 ? 'none' : `${duration_ms}ms`;
}

function retriesParts(wanted: Expectation['retries']): string | object | undefined {
  if (wanted === undefined || wanted === 'none') return wanted;
  const { perTryTimeout, ...rest } = wanted;
  return { ...rest, ...(perTryTimeout !== undefined && { perTryTimeout_ms: milliseconds(perTryTimeout) }) };
}

function checkFault(wanted: 'none' | ExpectedFault | undefined, { fault }: ForwardOutcome, check: Check): void {
  if (wanted === 'none') check('fault', 'none', fault ?? 'none');
  if (wanted === undefined || wanted === 'none') return;
  const { delay, abort } = wanted;
  if (delay !== undefined) {
    const { fixedDelay, ...rest } = delay;
    const parts = { ...rest, ...(fixedDelay !== undefined && { delay_ms: milliseconds(fixedDelay) }) };
    checkParts('fault.delay', parts, fault?.delay ?? 'none', check);
  }
  if (abort !== undefined) {
    const { httpStatus, ...rest } = abort;
    const parts = { ...rest, ...(httpStatus !== undefined && { status: `HTTP ${httpStatus}` }) };
    checkParts('fault.abort', parts, fault?.abort ?? 'none', check);
  }
}

function checkMirrors(
  wanted: 'none' | readonly ExpectedMirror[],
  { mirrors }: ForwardOutcome,
  context: CompareContext,
  check: Check,
): void {
  const actual = mirrors.map(({ cluster, percent }) => {
    const [, , subset, host] = cluster.split('|');
    return { host, ...(subset && { subset }), percent };
  });
  if (wanted === 'none') check('mirror', [], actual);
  else {
    const whole = wanted.map((each) => ({ percent: 100, ...each, host: resolve(each.host, context) }));
    check('mirror', new Set(whole.map(sorted)), new Set(actual.map(sorted)));
  }
}

function checkHeaders(
  what: string,
  wanted: Readonly<Record<string, string | null>> | undefined,
  changes: readonly HeaderChange[],
  check: Check,
): void {
  for (const [name, value] of Object.entries(wanted ?? {})) {
    const change = changes.findLast((each) => each.name.toLowerCase() === name.toLowerCase());
    check(`${what}.${name}`, value, change === undefined ? undefined : (change.value ?? null));
  }
}

function isRule(wanted: string, winner: Origin | undefined, { namespace }: CompareContext): boolean {
  if (wanted === 'none' || winner === undefined) return wanted === 'none' && winner === undefined;
  const [kind, ...rest] = wanted.split('/');
  const [first = '', second] = rest;
  const [space, name] = second === undefined ? [namespace, first] : [first, second];
  return kind === winner.kind && space === winner.namespace && name === winner.name;
}

function ruleText(origin: Origin | undefined): string {
  return origin === undefined ? 'none' : `${origin.kind}/${origin.namespace}/${origin.name}`;
}

type Wanted = Required<Pick<ExpectedDestination, 'host'>> & ExpectedDestination;

function wantedDestination(each: ExpectedDestination, count: number, context: CompareContext): Wanted {
  // One destination alone gets everything, whatever weight is written.
  const weight = count === 1 ? 100 : each.weight;
  return { ...each, host: resolve(each.host, context), ...(weight !== undefined && { weight }) };
}

function resolve(host: string, { namespace, clusterDomain }: CompareContext): string {
  return resolveShortHost(host, namespace, clusterDomain);
}

function sameDestinations(wanted: readonly Wanted[], actual: readonly DestinationOutcome[]): boolean {
  const rest = actual.filter(({ percent }) => percent > 0);
  return (
    wanted
      .filter(({ weight }) => weight !== 0)
      .every((each) => {
        const index = rest.findIndex((one) => isDestination(each, one));
        if (index >= 0) rest.splice(index, 1);
        return index >= 0;
      }) && rest.length === 0
  );
}

function isDestination({ host, subset, port, weight }: Wanted, actual: DestinationOutcome): boolean {
  if (host !== actual.host || subset !== actual.subset) return false;
  if (port !== undefined && port !== actual.port) return false;
  return weight === undefined || Math.abs(weight - actual.percent) < 0.01;
}

function destinationText({ host, subset, port, weight }: ExpectedDestination): string {
  const place = `${host}${port === undefined ? '' : `:${port}`}${subset === undefined ? '' : ` (${subset})`}`;
  return weight === undefined ? place : `${weight} % ${place}`;
}

/** In a line. */
function outcomeText({ outcome }: Explanation): string {
  switch (outcome.kind) {
    case 'redirect':
      return `a redirect to ${outcome.location}`;
    case 'direct':
      return `an answer ${outcome.status} by the proxy`;
    case 'none':
      return outcome.status === undefined ? outcome.reason : `${outcome.status} (${outcome.reason})`;
    default:
      return outcome.destinations
        .map(({ percent, ...rest }) => destinationText({ ...rest, weight: percent }))
        .join(', ');
  }
}

function sorted(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function show(value: unknown): string {
  if (value instanceof Set) return show([...value]);
  if (Array.isArray(value)) return value.map(show).join(', ') || 'nothing';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
