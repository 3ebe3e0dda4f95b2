import type { Host } from '../host.js';
import type { ChoiceContext } from './choice-context.js';
import type { HostLevel } from './host-level.js';

/** Chooses a host of a cluster for each request. Changes of hosts or of their health come as a whole new set of levels. */
export interface LoadBalancer {
  update(levels: readonly HostLevel[]): void;
  /** @returns undefined when no host may be used */
  choose(context: ChoiceContext): Host | undefined;
}

/** Chooses among hosts that may all be used. A new set of hosts makes a new table, not a new picker. */
export interface HostPicker {
  update(hosts: readonly Host[]): void;
  pick(): Host | undefined;
}

/** As {@link LoadBalancer.choose}, once more for each host that the context refuses, as often as it allows. */
export function chooseUnrefused(
  context: ChoiceContext,
  choose: (attempt: number) => Host | undefined,
): Host | undefined {
  const filter = context.hostFilter;
  let host = choose(0);
  if (filter === undefined) return host;
  for (let attempt = 1; attempt <= filter.attempts && host !== undefined && filter.refuses(host); attempt++) {
    host = choose(attempt);
  }
  return host;
}
