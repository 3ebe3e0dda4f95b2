/** Why a request ended as it did: Envoy's response flags, as bits. */
export const FLAG = {
  noHealthyUpstream: 1 << 0,
  upstreamTimeout: 1 << 1,
  localReset: 1 << 2,
  upstreamReset: 1 << 3,
  connectionFailure: 1 << 4,
  connectionTermination: 1 << 5,
  overflow: 1 << 6,
  noRoute: 1 << 7,
  delayInjected: 1 << 8,
  faultInjected: 1 << 9,
  rateLimited: 1 << 10,
  unauthorized: 1 << 11,
  downstreamTermination: 1 << 12,
  retryLimitExceeded: 1 << 13,
  streamIdleTimeout: 1 << 14,
  downstreamProtocolError: 1 << 15,
  maxStreamDuration: 1 << 16,
  durationTimeout: 1 << 17,
  upstreamProtocolError: 1 << 18,
  noCluster: 1 << 19,
  dnsFailure: 1 << 20,
  localHealthCheckFailed: 1 << 21,
  rateLimitServiceError: 1 << 22,
  invalidEnvoyHeaders: 1 << 23,
  downstreamReset: 1 << 24,
  /** `retryLimitExceeded` of a `tcp_proxy`, which sets it after its cause. */
  connectAttemptsExceeded: 1 << 25,
  dropOverload: 1 << 26,
  unconditionalDropOverload: 1 << 27,
} as const;

const NAMES: readonly (readonly [bit: number, name: string, long: string])[] = [
  // Envoy lists them as they are set, and this one comes before its cause
  [FLAG.retryLimitExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
  [FLAG.noHealthyUpstream, 'UH', 'NoHealthyUpstream'],
  [FLAG.upstreamTimeout, 'UT', 'UpstreamRequestTimeout'],
  [FLAG.localReset, 'LR', 'LocalReset'],
  [FLAG.upstreamReset, 'UR', 'UpstreamRemoteReset'],
  [FLAG.connectionFailure, 'UF', 'UpstreamConnectionFailure'],
  [FLAG.connectionTermination, 'UC', 'UpstreamConnectionTermination'],
  [FLAG.overflow, 'UO', 'UpstreamOverflow'],
  [FLAG.noRoute, 'NR', 'NoRouteFound'],
  [FLAG.delayInjected, 'DI', 'DelayInjected'],
  [FLAG.faultInjected, 'FI', 'FaultInjected'],
  [FLAG.rateLimited, 'RL', 'RateLimited'],
  [FLAG.unauthorized, 'UAEX', 'UnauthorizedExternalService'],
  [FLAG.downstreamTermination, 'DC', 'DownstreamConnectionTermination'],
  [FLAG.streamIdleTimeout, 'SI', 'StreamIdleTimeout'],
  [FLAG.downstreamProtocolError, 'DPE', 'DownstreamProtocolError'],
  [FLAG.maxStreamDuration, 'UMSDR', 'UpstreamMaxStreamDurationReached'],
  [FLAG.durationTimeout, 'DT', 'DurationTimeout'],
  [FLAG.upstreamProtocolError, 'UPE', 'UpstreamProtocolError'],
  [FLAG.noCluster, 'NC', 'NoClusterFound'],
  [FLAG.dnsFailure, 'DF', 'DnsResolutionFailed'],
  [FLAG.localHealthCheckFailed, 'LH', 'FailedLocalHealthCheck'],
  [FLAG.rateLimitServiceError, 'RLSE', 'RateLimitServiceError'],
  [FLAG.invalidEnvoyHeaders, 'IH', 'InvalidEnvoyRequestHeaders'],
  [FLAG.downstreamReset, 'DR', 'DownstreamRemoteReset'],
  [FLAG.dropOverload, 'DO', 'DropOverload'],
  [FLAG.unconditionalDropOverload, 'UDO', 'UnconditionalDropOverload'],
  [FLAG.connectAttemptsExceeded, 'URX', 'UpstreamRetryLimitExceeded'],
];

const SHORT = new Map<number, string>([[0, '-']]);
/** Combinations that occur are few. */
const REMEMBERED_MAX = 1_000;

/** `UF,URX` in Envoy's order, `-` for none. */
export function flagNames(flags: number): string {
  const known = SHORT.get(flags);
  if (known !== undefined) return known;
  const names = namesOf(flags, 1);
  if (SHORT.size < REMEMBERED_MAX) SHORT.set(flags, names);
  return names;
}

/** `UpstreamConnectionFailure,UpstreamRetryLimitExceeded`, `-` for none. */
export function flagNamesLong(flags: number): string {
  return flags === 0 ? '-' : namesOf(flags, 2);
}

function namesOf(flags: number, column: 1 | 2): string {
  return NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map((name) => name[column])
    .join(',');
}

/** Flags of Envoy that nothing here sets; a filter may name them. */
const NEVER_SET: ReadonlySet<string> = new Set(['RFCF', 'NFCF', 'OM', 'DR']);

/** @returns undefined for a name that is not one; 0 for one that is never set */
export function flagOf(name: string): number | undefined {
  return NAMES.find(([, known]) => known === name)?.[0] ?? (NEVER_SET.has(name) ? 0 : undefined);
}
