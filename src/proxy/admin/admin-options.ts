import type { LogThreshold } from '../../base/logger.js';
import type { Bootstrap } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';

/** What a process lets its admin interface see and do beyond the proxy itself. */
export interface AdminOptions {
  /** Of this program. */
  readonly version: string;
  /** The bootstrap that the proxy started from. */
  readonly bootstrap?: Bootstrap | undefined;
  /** The level of the process' own log, to be read and changed. */
  readonly logThreshold?: LogThreshold | undefined;
  /** `/quitquitquit`; absent, the process is not to be ended from here. */
  readonly quit?: (() => void) | undefined;
  /** Host names, besides loopback's, under which requests may come. */
  readonly hosts?: ReadonlySet<string>;
}
