import type { Any } from '@bufbuild/protobuf/wkt';
import { mergedAny } from './merge.js';

interface TypedFilter {
  name: string;
  configType: { case?: string | undefined; value?: unknown };
}

/**
 * A filter takes the name of the patch, if that has one, and the configurations of both are merged.
 * @returns false where the filter has no configuration to be merged into
 */
export function mergeFilter(filter: TypedFilter, patch: TypedFilter): boolean {
  if (filter.configType.case !== 'typedConfig') return false;
  filter.name = patch.name || filter.name;
  if (patch.configType.case !== 'typedConfig') return true;
  const [target, source] = [filter.configType.value as Any, patch.configType.value as Any];
  filter.configType.value = mergedAny(target, source) ?? target;
  return true;
}
