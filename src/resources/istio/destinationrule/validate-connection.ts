import type { FieldErrors } from '../checks.js';
import type { ConnectionPool, OutlierDetection } from './connection-types.js';

const PERCENT_MAX = 100;

export function checkConnectionPool(errors: FieldErrors, field: string, { tcp, http }: ConnectionPool): void {
  if (!tcp && !http) errors.required(field, 'at least one of tcp and http');
  if (tcp) checkTcp(errors, `${field}.tcp`, tcp);
  if (http) checkHttp(errors, `${field}.http`, http);
}

function checkTcp(errors: FieldErrors, field: string, tcp: NonNullable<ConnectionPool['tcp']>): void {
  errors.atLeast(`${field}.maxConnections`, tcp.maxConnections, 0);
  errors.duration(`${field}.connectTimeout`, tcp.connectTimeout);
  errors.duration(`${field}.maxConnectionDuration`, tcp.maxConnectionDuration);
  errors.duration(`${field}.idleTimeout`, tcp.idleTimeout, true);
  errors.duration(`${field}.tcpKeepalive.time`, tcp.tcpKeepalive?.time);
  errors.duration(`${field}.tcpKeepalive.interval`, tcp.tcpKeepalive?.interval);
}

const COUNTS = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
] as const;

function checkHttp(errors: FieldErrors, field: string, http: NonNullable<ConnectionPool['http']>): void {
  for (const name of COUNTS) errors.atLeast(`${field}.${name}`, http[name], 0);
  errors.duration(`${field}.idleTimeout`, http.idleTimeout);
  if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol) {
    errors.invalid(`${field}.useClientProtocol`, true, 'must not be true when h2UpgradePolicy is UPGRADE');
  }
  if (!http.http2KeepAlive) return;
  for (const name of ['interval', 'timeout'] as const) {
    const at = `${field}.http2KeepAlive.${name}`;
    if (http.http2KeepAlive[name] === undefined) errors.required(at, 'a duration, for example 30s');
    errors.duration(at, http.http2KeepAlive[name]);
  }
}

export function checkOutlierDetection(errors: FieldErrors, field: string, detection: OutlierDetection): void {
  for (const name of ['consecutiveErrors', 'consecutive5xxErrors', 'consecutiveGatewayErrors'] as const) {
    errors.atLeast(`${field}.${name}`, detection[name], 0);
  }
  if (!detection.splitExternalLocalOriginErrors && (detection.consecutiveLocalOriginFailures ?? 0) > 0) {
    const value = detection.consecutiveLocalOriginFailures;
    errors.invalid(`${field}.consecutiveLocalOriginFailures`, value, 'needs splitExternalLocalOriginErrors: true');
  }
  errors.duration(`${field}.interval`, detection.interval);
  errors.duration(`${field}.baseEjectionTime`, detection.baseEjectionTime);
  errors.range(`${field}.maxEjectionPercent`, detection.maxEjectionPercent, 0, PERCENT_MAX);
  errors.range(`${field}.minHealthPercent`, detection.minHealthPercent, 0, PERCENT_MAX);
}
