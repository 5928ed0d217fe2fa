import { ExpectationError } from '#core/errors.ts';

/** The rows of a table as its writers have counted them. */
export interface CountedRows {
  /** Rows of the output. */
  readonly rows: number;
  /** Rows with a value that did not fit its column. */
  readonly rejected: number;
  /** Whether a transform made the rows of the output. */
  readonly isTransformed: boolean;
}

/**
 * Compares counted rows with `expect.rows` of a request: those that come out of a transform, or
 * without one those of the source, rejected ones among them.
 *
 * @throws {ExpectationError} there are others.
 */
export function assertExpectedRows(
  expected: number | undefined,
  { rows, rejected, isTransformed }: CountedRows,
): void {
  const counted = isTransformed ? rows : rows + rejected;
  if (expected === undefined || expected === counted) return;
  const found = isTransformed ? `${rows} come out of the transform` : `the source has ${counted}`;
  throw new ExpectationError([`expect.rows is ${expected}, but ${found}`]);
}
