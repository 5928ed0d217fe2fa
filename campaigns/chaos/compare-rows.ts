/** How rows that arrived differ from those that should have. */
export interface RowDifferences {
  /** Expected, and not there. */
  readonly lost: number;
  /** There more often than expected. */
  readonly duplicated: number;
  /** At the position of another row. */
  readonly misordered: number;
  /** Text that is no row. */
  readonly corrupted: number;
}

export const NO_DIFFERENCES: RowDifferences = {
  lost: 0,
  duplicated: 0,
  misordered: 0,
  corrupted: 0,
};

function countLines(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function linesOf(text: Buffer): string[] {
  return text.toString().split(/(?<=\n)/);
}

/** Compares two texts byte for byte; only if they differ, row by row. */
export function compareRows(expected: Buffer, actual: Buffer): RowDifferences {
  if (expected.equals(actual)) return NO_DIFFERENCES;
  const [expectedLines, actualLines] = [linesOf(expected), linesOf(actual)];
  const [wanted, found] = [countLines(expectedLines), countLines(actualLines)];
  let [lost, duplicated, corrupted] = [0, 0, 0];
  for (const [line, count] of wanted) lost += Math.max(0, count - (found.get(line) ?? 0));
  for (const [line, count] of found) {
    const due = wanted.get(line);
    if (due === undefined) corrupted += count;
    else duplicated += Math.max(0, count - due);
  }
  const isMisplaced = (line: string, row: number) =>
    wanted.has(line) && line !== expectedLines[row];
  const misordered = lost + duplicated > 0 ? 0 : actualLines.filter(isMisplaced).length;
  return { lost, duplicated, misordered, corrupted };
}
