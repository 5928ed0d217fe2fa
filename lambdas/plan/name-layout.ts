import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import { type NamedLayout, nameColumns } from '#core/sources/column-names.ts';
import { withLabelColumn } from '#core/sources/label-column.ts';
import type { SourceLayout } from '#core/sources/open-source.ts';
import type { ResolveContext } from '#core/sources/resolve-source.ts';

/** Finds the names of the columns of a run, and the column that is its label. */
export async function nameLayout(
  layout: SourceLayout,
  { request, units, columnNames }: BoundRun,
  context: ResolveContext,
): Promise<NamedLayout> {
  const found = await nameColumns(layout, { units, given: columnNames }, context);
  return await withLabelColumn(found, matrixOutputOf(request.output.spec).label);
}
