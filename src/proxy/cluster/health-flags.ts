import type { Host } from './host.js';

/** Why a host is not simply healthy, in the words and the order of Envoy's admin pages. */
const FLAGS: readonly (readonly [string, (host: Host) => boolean])[] = [
  ['/failed_active_hc', (host) => host.check.failed],
  ['/failed_outlier_check', (host) => host.outlier.ejectedAt_ms !== undefined],
  ['/failed_eds_health', (host) => !host.edsHealthy],
  ['/degraded_active_hc', (host) => host.check.degraded],
  ['/degraded_eds_health', (host) => host.edsDegraded],
  ['/pending_dynamic_removal', (host) => host.pendingRemoval],
  ['/pending_active_hc', (host) => host.check.pending],
  ['/excluded_via_immediate_hc_fail', (host) => host.check.excluded],
  ['/active_hc_timeout', (host) => host.check.timedOut],
  ['/eds_status_draining', (host) => host.edsDraining],
];

/** `healthy`, or one flag after the other. */
export function healthFlags(host: Host): string {
  const text = FLAGS.map(([flag, holds]) => (holds(host) ? flag : '')).join('');
  return text === '' ? 'healthy' : text;
}
