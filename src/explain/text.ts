import { urlOf } from './request.js';
import type {
  ConditionTrial,
  DestinationOutcome,
  Explanation,
  ForwardOutcome,
  HeaderChange,
  Origin,
  Outcome,
  PolicyOutcome,
  PolicyTrial,
  RouteTrial,
} from './types.js';

const MARKS: Readonly<Record<RouteTrial['result'], string>> = { matched: '✓', lost: '✗', 'not tried': '·' };
/** Routes behind the winner are named, not listed at length. */
const NOT_TRIED_MAX = 5;

/** An explanation for people. Ends with a line end. */
export function explanationText(explanation: Explanation): string {
  const { request, proxy, listener, routeConfiguration, virtualHost } = explanation;
  const way = [
    listener === undefined ? undefined : `listener ${listener}`,
    routeConfiguration === undefined ? undefined : `routes ${routeConfiguration}`,
    virtualHost === undefined ? undefined : `virtual host ${virtualHost}`,
  ].filter((part) => part !== undefined);
  const lines = [
    `${request.method} ${urlOf(request)}`,
    `  at the ${proxy.kind === 'sidecar' ? 'sidecar of' : 'gateway'} ${proxy.workload}`,
    ...(way.length > 0 ? [`  ${way.join(' → ')}`] : []),
    ...section('Rules tried', routeLines(explanation.routes)),
    ...section('Rules for this host that this proxy does not use', explanation.elsewhere.flatMap(absentLines)),
    ...section('What happens', outcomeLines(explanation.outcome)),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function routeLines(routes: readonly RouteTrial[]): string[] {
  const tried = routes.filter(({ result }) => result !== 'not tried');
  const rest = routes.filter(({ result }) => result === 'not tried');
  const lines = tried.flatMap(routeText);
  lines.push(...rest.slice(0, NOT_TRIED_MAX).flatMap(routeText));
  if (rest.length > NOT_TRIED_MAX)
    lines.push(`${MARKS['not tried']} and ${rest.length - NOT_TRIED_MAX} more behind it`);
  return lines;
}

function routeText({ name, origin, result, conditions }: RouteTrial): string[] {
  const what =
    origin === undefined ? `the service's own route${name === 'default' ? '' : ` ${name}`}` : originText(origin);
  const comment =
    result === 'not tried'
      ? '  (not tried: an earlier one matched)'
      : conditions.length === 0
        ? '  (every request)'
        : '';
  return [`${MARKS[result]} ${what}${comment}`, ...conditions.map((condition) => `    ${conditionText(condition)}`)];
}

function originText({ kind, namespace, name, field, place }: Origin): string {
  return `${kind} ${namespace}/${name} ${field}${place === undefined ? '' : `  ${place}`}`;
}

function conditionText({ text, holds, actual }: ConditionTrial): string {
  if (holds) return `✓ ${text}`;
  return `✗ ${text}  (the request has ${actual === undefined ? 'none' : JSON.stringify(actual)})`;
}

function absentLines({ origin, reason }: Explanation['elsewhere'][number]): string[] {
  const place = origin.place === undefined ? '' : `  ${origin.place}`;
  return [`${origin.kind} ${origin.namespace}/${origin.name}${place}`, `    ${reason}`];
}

function outcomeLines(outcome: Outcome): string[] {
  switch (outcome.kind) {
    case 'redirect':
      return [`the proxy answers ${outcome.status} with location ${outcome.location}`];
    case 'direct':
      return [`the proxy answers ${outcome.status}${outcome.body === '' ? '' : `: ${outcome.body.trim()}`}`];
    case 'none': {
      const answer = outcome.status === undefined ? '' : `the proxy answers ${outcome.status} (${outcome.flag}): `;
      return [`${answer}${outcome.reason}`];
    }
    case 'tcp':
      return ['its bytes are carried as they are', ...outcome.destinations.flatMap(destinationLines)];
    case 'forward':
      return forwardLines(outcome);
  }
}

function forwardLines(outcome: ForwardOutcome): string[] {
  const { fault, timeout_ms, retries, path, authority, mirrors } = outcome;
  return [
    ...(fault?.delay
      ? [`${percentText(fault.delay.percent)} are held up for ${durationText(fault.delay.delay_ms)} (fault)`]
      : []),
    ...(fault?.abort
      ? [`${percentText(fault.abort.percent)} are answered ${fault.abort.status} by the proxy (fault)`]
      : []),
    ...outcome.destinations.flatMap(destinationLines),
    ...(path === undefined ? [] : [`path     ${path}`]),
    ...(authority === undefined ? [] : [`host     ${authority}`]),
    `timeout  ${timeout_ms === 0 ? 'none' : durationText(timeout_ms)}`,
    `retries  ${retriesText(retries)}`,
    ...mirrors.map(({ cluster, percent }) => `mirror   ${percentText(percent)} also to ${cluster}`),
    ...headerLines('request', outcome.requestHeaders),
    ...headerLines('response', outcome.responseHeaders),
  ];
}

function retriesText(retries: ForwardOutcome['retries']): string {
  if (retries === undefined) return 'none';
  const limit = retries.perTryTimeout_ms === 0 ? '' : `, each try at most ${durationText(retries.perTryTimeout_ms)}`;
  return `${retries.attempts} on ${retries.on}${limit}`;
}

function destinationLines(destination: DestinationOutcome): string[] {
  const { percent, cluster, endpoints, loadBalancing, policies, tls, note } = destination;
  const among = endpoints.length > 1 ? `  (${loadBalancing})` : '';
  return [
    `→ ${percentText(percent)}  ${cluster}${among}`,
    ...endpoints.map(
      ({ address, workload, health, priority, locality }) =>
        `    ${[address, workload, health, locality, priority > 0 ? `priority ${priority}` : undefined]
          .filter((part) => part !== undefined)
          .join('  ')}`,
    ),
    ...[note, tls, ...policies].filter((line) => line !== undefined).map((line) => `    ${line}`),
    ...headerLines('request', destination.requestHeaders).map((line) => `    ${line}`),
    ...headerLines('response', destination.responseHeaders).map((line) => `    ${line}`),
    ...policyLines(destination.policy).map((line) => `    ${line}`),
  ];
}

function policyLines(policy: PolicyOutcome | undefined): string[] {
  if (policy === undefined) return [];
  const { rules, answer } = policy;
  const verdict = answer === undefined ? 'passes' : `is answered ${answer.status} ${answer.body}`;
  return [
    `policy: the request ${verdict}`,
    ...rules.flatMap((trial) => policyTrialLines(trial).map((line) => `  ${line}`)),
  ];
}

function policyTrialLines({ origin, outcome, why, verdicts, charges }: PolicyTrial): string[] {
  const mark = outcome === 'applies' ? '✓' : '✗';
  const reason = outcome === 'applies' ? '' : `  (${outcome}${why === undefined ? '' : `: ${why}`})`;
  return [
    `${mark} ${originText(origin)}${reason}`,
    ...verdicts.map((verdict) => `    ${verdict}`),
    ...charges.map(({ instance, amount }) => `    charges ${amount} of ${instance}`),
  ];
}

function headerLines(of: 'request' | 'response', changes: readonly HeaderChange[]): string[] {
  return changes.map(
    ({ action, name, value }) => `${of} header: ${action} ${name}${value === undefined ? '' : `: ${value}`}`,
  );
}

function percentText(percent: number): string {
  return `${Number(percent.toFixed(4))} %`;
}

function durationText(duration_ms: number): string {
  return duration_ms >= 1_000 ? `${duration_ms / 1_000}s` : `${duration_ms}ms`;
}
