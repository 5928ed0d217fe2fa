import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { ExpectationError } from '#core/errors.ts';
import { count } from '#core/schemas/count.ts';
import type { MatrixInfo } from './matrix-facts.ts';

const expected = z.optional(count);

/** What a request may expect of a matrix; a difference is refused before anything is written. */
export const expectations = z.strictObject(
  {
    rows: expected,
    columns: expected,
    nnz: expected,
    dtype: z.optional(z.enum(DTYPES, { error: `one of ${DTYPES.join(', ')}` })),
  },
  { error: 'an object with rows, columns, nnz, dtype' },
);

export type Expectations = Readonly<z.infer<typeof expectations>>;

/**
 * Compares a matrix with what its request expects.
 *
 * @throws {ExpectationError} naming every difference.
 */
export function assertExpected(expect: Expectations, { shape, nnz, dtype }: MatrixInfo): void {
  const [rows, columns] = shape;
  const found = { rows, columns, nnz, dtype };
  const problems = (Object.keys(found) as (keyof typeof found)[])
    .filter((name) => expect[name] !== undefined && expect[name] !== found[name])
    .map((name) => `expect.${name} is ${expect[name]}, but the source has ${found[name]}`);
  if (problems.length > 0) throw new ExpectationError(problems);
}
