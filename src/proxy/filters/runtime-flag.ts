import type { RuntimeFeatureFlag } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { Runtime } from '../runtime/runtime.js';

/** Whether something is switched on now: as the runtime says, else as the configuration does, else it is. */
export function compileRuntimeFlag(flag: RuntimeFeatureFlag | undefined, runtime: Runtime): () => boolean {
  if (flag === undefined) return () => true;
  const otherwise = flag.defaultValue ?? false;
  const cell = runtime.cell(flag.runtimeKey);
  return () => (cell.value === undefined ? otherwise : cell.value === true || cell.value === 'true');
}
