/** Characters of a cell that are shown. */
const MAX_CELL = 40;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these would break the lines of a grid.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function shown(cell: string): string {
  const line = cell.replaceAll(
    CONTROL,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line;
}

/** Rows of texts as lines, each column as wide as its longest cell; long cells are cut. */
export function textGrid(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(shown));
  const widths = (cells[0] ?? []).map((_, place) =>
    Math.max(...cells.map((row) => row[place]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, place) => cell.padEnd(widths[place] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
