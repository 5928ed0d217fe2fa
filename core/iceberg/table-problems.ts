import { RequestError } from '#core/errors.ts';
import { icebergSchema, type TableColumn } from './iceberg-schema.ts';
import { NO_SPECS, specOf } from './partition-spec.ts';

/** Readers take a URI apart at these, although they may stand in a key. */
const REFUSED_IN_URIS = /[#?%\p{Cc}]/u;

/** What keeps Iceberg from files of a form; undefined if nothing does. */
export function icebergFileProblem({ format }: { readonly format: string }): string | undefined {
  if (format === 'parquet') return undefined;
  return `${format} is no form of the files of a table of Iceberg; give output.format parquet, or leave out the companion`;
}

/** Columns of a table, and names of those whose values partitions have in common. */
interface IcebergTable {
  readonly columns: readonly TableColumn[];
  readonly partitionBy?: readonly string[] | undefined;
}

/**
 * Makes sure that Iceberg can have a table.
 *
 * @param output URI of the output.
 * @throws {RequestError} with every type and name that Iceberg does not have.
 */
export function assertIcebergTable(
  output: string,
  { columns, partitionBy = [] }: IcebergTable,
): void {
  if (REFUSED_IN_URIS.test(output)) {
    throw new RequestError([
      `${JSON.stringify(output)} has one of # ? % or a control character, at which readers of Iceberg take URIs apart; give another output.uri, or leave out the companion`,
    ]);
  }
  specOf(partitionBy, icebergSchema(columns).schema, NO_SPECS);
}
