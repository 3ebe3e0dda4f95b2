import type { LogThreshold } from '../../base/logger.js';

/** What a process lets its admin interface see and do beyond the proxy itself. */
export interface AdminOptions {
  /** Of this program. */
  readonly version: string;
  /** The level of the process' own log, to be read and changed. */
  readonly logThreshold?: LogThreshold | undefined;
  /** `/quitquitquit`; absent, the process is not to be ended from here. */
  readonly quit?: (() => void) | undefined;
  /** Host names, besides loopback's, under which requests may come. */
  readonly hosts?: ReadonlySet<string>;
}
