/** Whether something of `owner`'s namespace with this exportTo is seen from `viewer`'s namespace. */
export function isVisible(exportTo: readonly string[] | undefined, owner: string, viewer: string): boolean {
  if (exportTo === undefined || exportTo.length === 0) return true;
  return exportTo.some((entry) => entry === '*' || entry === viewer || (entry === '.' && owner === viewer));
}
