import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { ExpectationError } from '#core/errors.ts';
import { count } from '#core/schemas/count.ts';
import { dtypeName, type MatrixInfo, type Shape } from './matrix-facts.ts';

const expected = z.optional(count);

/** Of one dtype, or of several. */
const NAMES = [...DTYPES, 'mixed'] as const;

/** What a request may expect of a matrix; a difference is refused before anything is written. */
export const expectations = z.strictObject(
  {
    rows: expected,
    columns: expected,
    nnz: expected,
    dtype: z.optional(z.enum(NAMES, { error: `one of ${NAMES.join(', ')}` })),
  },
  { error: 'an object with rows, columns, nnz, dtype' },
);

export type Expectations = Readonly<z.infer<typeof expectations>>;

/**
 * Compares a matrix with what its request expects.
 *
 * @throws {ExpectationError} naming every difference.
 */
export function assertExpected(expect: Expectations, info: MatrixInfo): void {
  const [rows, columns] = info.shape;
  compare(expect, { rows, columns, nnz: info.nnz, dtype: dtypeName(info) });
}

/**
 * Compares the shape alone: all that is known of a matrix before it is staged.
 *
 * @throws {ExpectationError} naming every difference.
 */
export function assertExpectedShape(expect: Expectations, [rows, columns]: Shape): void {
  compare(expect, { rows, columns });
}

function compare(expect: Expectations, found: Expectations): void {
  const problems = (Object.keys(found) as (keyof Expectations)[])
    .filter((name) => expect[name] !== undefined && expect[name] !== found[name])
    .map((name) => `expect.${name} is ${expect[name]}, but the source has ${found[name]}`);
  if (problems.length > 0) throw new ExpectationError(problems);
}
