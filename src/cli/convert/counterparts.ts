/** What to use instead of the kinds of Istio 0.7 that networking.istio.io has no kind for. */
const INSTEAD: Readonly<Record<string, string>> = {
  rule: 'what its actions do is said by other kinds now: AuthorizationPolicy refuses and admits, Telemetry reports, an EnvoyFilter limits rates',
  denier: 'use an AuthorizationPolicy with action DENY',
  checknothing: 'it only gave a denier something to check',
  listchecker: 'use an AuthorizationPolicy with the list as its principals, namespaces, ipBlocks or `when` values',
  listentry: 'it only gave a listchecker its value',
  memquota: 'use an EnvoyFilter with the local or the global rate limit filter',
  redisquota: 'use an EnvoyFilter with the global rate limit filter and a rate limit service',
  quota: 'use an EnvoyFilter with rate limit descriptors for its dimensions',
  QuotaSpec: 'use an EnvoyFilter with the rate limit actions of a route',
  QuotaSpecBinding: 'use an EnvoyFilter with a workloadSelector',
  metric: 'the standard metrics need nothing; a Telemetry changes their tags',
  prometheus: 'the proxies export the metrics themselves',
  logentry: 'use a Telemetry with accessLogging',
  stdio: 'use a Telemetry with accessLogging',
  fluentd: 'use a Telemetry with accessLogging and a provider',
  tracespan: 'use a Telemetry with tracing',
  attributemanifest: 'attributes need not be declared any more',
  kubernetesenv: 'the proxies know their workloads themselves',
};
const OTHERWISE = 'it belongs to Mixer, which today has no successor of one kind';

/** Why an object of config.istio.io has no counterpart, and what to use instead. */
export function insteadOf(kind: string): string {
  return INSTEAD[kind] ?? OTHERWISE;
}
