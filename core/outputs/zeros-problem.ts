import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';

/**
 * Why a matrix cannot be written in a format that has values of one dtype, and whose readers take
 * what is not stored for 0; undefined if it can.
 */
export function zerosProblem(
  format: string,
  { columnTypes, fillValue }: MatrixInfo,
): string | undefined {
  if (columnTypes !== undefined) {
    return `the columns have ${columnTypes.groups.length} groups of dtypes, but ${format} has one dtype; give output.format csv, or a matrix of one dtype`;
  }
  if (fillValue !== undefined) {
    return `what is not stored is ${fillValue}, but readers of ${format} take it for 0; give output.format csv, or a matrix that is filled with 0`;
  }
  return undefined;
}
