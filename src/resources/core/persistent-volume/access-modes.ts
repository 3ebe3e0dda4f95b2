/** As kubectl shows them. */
const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const ACCESS_MODES: readonly string[] = Object.keys(SHORT);

/** `RWO,RWX` */
export function shortAccessModes(modes: readonly string[] = []): string {
  return ACCESS_MODES.filter((mode) => modes.includes(mode))
    .map((mode) => SHORT[mode])
    .join(',');
}
