import type { Random } from '../../base/random.js';
import type { Runtime } from '../runtime/runtime.js';

/** What compiled routes ask while they serve. */
export interface RouteContext {
  readonly random: Random;
  readonly runtime: Runtime;
}
