import { RequestError } from '#core/errors.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';

/** @throws {RequestError} the output cannot hold such a matrix. */
export function assertWritable(output: MatrixOutput, facts: MatrixInfo): void {
  const problem = output.problem?.(facts);
  if (problem !== undefined) throw new RequestError([problem]);
}
