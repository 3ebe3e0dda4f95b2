import type { ServedKind } from '../kind-table.js';
import type { PatchType } from './patch.js';

const STRATEGIC = 'application/strategic-merge-patch+json';

/** How a patch says what it is. */
export const PATCH_TYPES: Readonly<Record<string, PatchType | 'apply'>> = {
  'application/apply-patch+yaml': 'apply',
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  [STRATEGIC]: 'strategic',
};

/**
 * The media types of patches that a kind takes, and that its documents must name: kubectl chooses by them. Strategic merge goes by what
 * Kubernetes' own types say of their lists; kinds that others define say it for apply alone.
 */
export function patchMediaTypes({ version }: ServedKind): string[] {
  const types = Object.keys(PATCH_TYPES);
  return version.schema.$ref === undefined ? types.filter((type) => type !== STRATEGIC) : types;
}
