import type { TableRequest } from '#cli/options/table-request.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { type LookOptions, lookAtRows } from '#tables/look-at-rows.ts';

/** A table, how it is read, and what its rows are printed as. */
export interface TableToOpen {
  readonly uris: readonly string[];
  readonly asked: TableRequest;
  readonly output: TableOutput;
}

/**
 * Lists a table and looks at its first object, so that it can be read as a writer reads it; a value
 * that its column cannot hold is an error.
 *
 * @throws as {@link lookAtRows}.
 */
export async function openTable(
  { uris, asked, output }: TableToOpen,
  look: LookOptions,
): Promise<OpenTable> {
  const { versionId, format, compression, csv, byName, schema, columns, transform } = asked;
  const source = {
    ...{ uris, csv, byName },
    ...(versionId !== undefined && { versionId }),
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
  };
  const { store } = look;
  const objects = await listTable(source, store);
  const table = { source, schema, columns, output, onBadRow: 'fail' } as const;
  const transformed = { ...table, ...(transform && { transform }) };
  return { layout: await lookAtRows(transformed, objects, look), objects, store };
}
