/** Whether something of `owner`'s namespace with this exportTo is seen from `viewer`'s namespace. */
export function isVisible(exportTo: readonly string[] | undefined, owner: string, viewer: string): boolean {
  return visibilityRank(exportTo, owner, viewer) !== undefined;
}

/** 0: of the viewer's own namespace and for it; 1: exported to it by name; 2: for all; undefined: not seen. */
export function visibilityRank(
  exportTo: readonly string[] | undefined,
  owner: string,
  viewer: string,
): number | undefined {
  if (exportTo === undefined || exportTo.length === 0 || exportTo.includes('*')) return 2;
  if (exportTo.includes('~')) return undefined;
  if (owner === viewer && (exportTo.includes('.') || exportTo.includes(owner))) return 0;
  return exportTo.includes(viewer) ? 1 : undefined;
}
