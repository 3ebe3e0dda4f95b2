/** Spaces between the columns of kubectl and docker. */
const USUAL_GAP = 3;

/** Columns as wide as their widest cell and some spaces apart. */
export function spacedTable(rows: readonly (readonly string[])[], gap = USUAL_GAP): string {
  const widths = columnWidths(rows, (cell) => cell.length + gap);
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

/** Columns that end at tab stops of eight, filled with tabs, as istioctl 0.7 printed them. */
export function tabbedTable(rows: readonly (readonly string[])[]): string {
  const STOP = 8;
  const widths = columnWidths(
    rows.map((row) => row.slice(0, -1)),
    (cell) => (Math.floor(cell.length / STOP) + 1) * STOP,
  );
  const tabbed = (cell: string, i: number): string =>
    widths[i] === undefined ? cell : cell + '\t'.repeat(Math.ceil((widths[i] - cell.length) / STOP));
  return rows.map((row) => `${row.map(tabbed).join('')}\n`).join('');
}

function columnWidths(rows: readonly (readonly string[])[], widthOf: (cell: string) => number): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  return widths;
}
