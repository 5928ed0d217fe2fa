import { CorruptSourceError } from '#core/errors.ts';
import { fullDtype } from '#core/sparse/matrix-facts.ts';
import type { MatrixLayout } from './matrix-layout.ts';

function assertStackable(first: MatrixLayout, next: MatrixLayout): void {
  const facts = [
    ['columns', first.shape[1], next.shape[1]],
    ['dtype', fullDtype(first), fullDtype(next)],
    ['fill value', first.fillValue ?? 0, next.fillValue ?? 0],
    ['row names', first.rowNames ? 'given' : 'missing', next.rowNames ? 'given' : 'missing'],
  ] as const;
  const problems = facts
    .filter(([, expected, got]) => expected !== got)
    .map(([fact, expected, got]) => `${fact} ${got} instead of ${expected}`);
  if (problems.length === 0) return;
  throw new CorruptSourceError(
    `${next.parts[0]!.uri} has ${problems.join(' and ')} of ${first.parts[0]!.uri}; all parts of a matrix must have the same columns and dtype, and all of them row names or none`,
  );
}

/** What is known of the names of all rows, where rows have names. */
function stackRowNames(
  first: MatrixLayout,
  layouts: readonly MatrixLayout[],
): Pick<MatrixLayout, 'rowNames' | 'rowNamesParts'> {
  if (first.rowNames === undefined) return {};
  const facts = layouts.map(({ rowNames }) => rowNames!);
  const { title } = first.rowNames;
  const longestBytes = facts.reduce((most, each) => Math.max(most, each.longestBytes), 0);
  return {
    rowNames: { title: facts.every((each) => each.title === title) ? title : '', longestBytes },
    rowNamesParts: layouts.flatMap(({ rowNamesParts }) => rowNamesParts!),
  };
}

/**
 * Stacks matrices by rows: the rows of each follow those of the one before.
 *
 * @throws {CorruptSourceError} columns, dtype or fill value differ, or only some parts have row
 * names; names both parts.
 */
export function stackParts(layouts: readonly MatrixLayout[]): MatrixLayout {
  const first = layouts[0]!;
  for (const next of layouts) assertStackable(first, next);
  const sum = (count: (layout: MatrixLayout) => number) =>
    layouts.reduce((total, layout) => total + count(layout), 0);
  return {
    ...first,
    shape: [sum(({ shape }) => shape[0]), first.shape[1]],
    nnz: sum(({ nnz }) => nnz),
    parts: layouts.flatMap(({ parts }) => parts),
    ...stackRowNames(first, layouts),
  };
}
