import type { Value } from '../expr/index.js';
import type { Policy } from '../policy/index.js';

/** What the control plane knows of who calls whom, and what policy it has for all of them. */
export interface PolicyDirectory {
  /** Undefined where no rule does anything. */
  readonly policy: Policy | undefined;
  /** Attributes of the workload at an address, without prefix: `labels`, `namespace`, … */
  workloadAt(address: string): ReadonlyMap<string, Value> | undefined;
  /** The service that a caller means by a Host without port, of those that a workload is of. */
  serviceOf(workload: ReadonlyMap<string, Value> | undefined, host: string): string;
}
