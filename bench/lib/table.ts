// Prints rows as an aligned text table.

/** One row: column title -> what to show. Every row has the same columns, in the same order. */
export type Row = Readonly<Record<string, string | number>>;

/** Numbers are set to the right, text to the left; a line under the titles. */
export function formatTable(rows: readonly Row[]): string {
  const titles = Object.keys(rows[0] ?? {});
  const widths = titles.map((title) => Math.max(title.length, ...rows.map((row) => String(row[title] ?? '').length)));
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(titles),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map((row) => line(titles.map((title) => row[title] ?? ''))),
  ].join('\n');
}
