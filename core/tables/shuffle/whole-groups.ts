import type { RowRange } from './shuffle-sql.ts';

/** Sorted rows of a mapper that lie in row groups of their own. */
export interface RowRun extends RowRange {
  /** Rows after which a row group ends. */
  readonly rowGroupRows: number;
}

/** Rows of a file of partitions. */
interface RowForm {
  /** Of a row group of the output. */
  readonly rowGroupRows: number;
  /** Of a row group where partitions lie together. */
  readonly finerRows: number;
}

/**
 * Whether so many rows of a partition are worth row groups of their own, which writers copy as they
 * are: all of them are at least about half as large as others of the output.
 */
export function hasOwnGroups(rows: number, rowGroupRows: number): boolean {
  return rows >= rowGroupRows / 2;
}

/** Even row groups: the last one is as large as the others. */
function evenRows(rows: number, rowGroupRows: number): number {
  return Math.ceil(rows / Math.ceil(rows / rowGroupRows));
}

/**
 * Cuts sorted rows into runs: each partition with many rows is one, and so are those with few that
 * follow each other. There is one at least.
 *
 * @param partitions rows of each, in order.
 */
export function rowRuns(
  partitions: readonly number[],
  { rowGroupRows, finerRows }: RowForm,
): readonly RowRun[] {
  const runs: RowRun[] = [];
  let [start, at] = [0, 0];
  const closeFew = () => {
    if (at > start || (runs.length === 0 && partitions.length === 0)) {
      runs.push({ start, end: at, rowGroupRows: finerRows });
    }
  };
  for (const rows of partitions) {
    if (hasOwnGroups(rows, rowGroupRows)) {
      closeFew();
      runs.push({ start: at, end: at + rows, rowGroupRows: evenRows(rows, rowGroupRows) });
      start = at + rows;
    }
    at += rows;
  }
  closeFew();
  return runs;
}
