import type { Host } from '../cluster/host.js';

export type ProbeOutcome =
  | { readonly kind: 'success'; readonly degraded: boolean }
  /** `retriable`: failures of the threshold's number are needed, as after network failures. */
  | { readonly kind: 'failure'; readonly retriable: boolean; readonly excludes: boolean }
  | { readonly kind: 'network' };

export const NETWORK_FAILURE: ProbeOutcome = { kind: 'network' };
export const SUCCESS: ProbeOutcome = { kind: 'success', degraded: false };
export const FAILURE: ProbeOutcome = { kind: 'failure', retriable: false, excludes: false };

/** Checks one host again and again, perhaps on one connection. */
export interface Probe {
  /** One check; `done` is called exactly once, unless the probe is closed before. Not called while one is under way. */
  check(done: (outcome: ProbeOutcome) => void): void;
  /** Gives up what is under way and closes the connection; a further check opens another. */
  close(): void;
}

export type ProbeFactory = (host: Host) => Probe;
