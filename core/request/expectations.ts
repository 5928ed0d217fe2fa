import { ExpectationError } from '#core/errors.ts';
import type { MatrixInfo } from '#core/sparse/csr.ts';
import type { Expectations } from './request-schema.ts';

/**
 * Compares a source with what its request expects.
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
