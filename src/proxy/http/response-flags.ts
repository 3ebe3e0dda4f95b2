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
} as const;

const NAMES: readonly (readonly [number, string])[] = [
  [FLAG.retryLimitExceeded, 'URX'], // Envoy lists them as they are set, and this one comes before its cause
  [FLAG.noHealthyUpstream, 'UH'],
  [FLAG.upstreamTimeout, 'UT'],
  [FLAG.localReset, 'LR'],
  [FLAG.upstreamReset, 'UR'],
  [FLAG.connectionFailure, 'UF'],
  [FLAG.connectionTermination, 'UC'],
  [FLAG.overflow, 'UO'],
  [FLAG.noRoute, 'NR'],
  [FLAG.delayInjected, 'DI'],
  [FLAG.faultInjected, 'FI'],
  [FLAG.rateLimited, 'RL'],
  [FLAG.unauthorized, 'UAEX'],
  [FLAG.downstreamTermination, 'DC'],
  [FLAG.streamIdleTimeout, 'SI'],
  [FLAG.downstreamProtocolError, 'DPE'],
  [FLAG.maxStreamDuration, 'UMSDR'],
  [FLAG.durationTimeout, 'DT'],
  [FLAG.upstreamProtocolError, 'UPE'],
  [FLAG.noCluster, 'NC'],
  [FLAG.dnsFailure, 'DF'],
];

/** `UF,URX` in Envoy's order, `-` for none. */
export function flagNames(flags: number): string {
  if (flags === 0) return '-';
  return NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(',');
}

/** @returns undefined for a name that is not one */
export function flagOf(name: string): number | undefined {
  return NAMES.find(([, known]) => known === name)?.[0];
}
