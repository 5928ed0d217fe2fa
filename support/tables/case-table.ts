import type { SizedTable } from '#tables/plan-table.ts';
import { askedTable } from './asked-table.ts';
import type { TableReading } from './table-case.ts';

/** A case, or the like. */
type AskedCase = TableReading & {
  readonly inputs: readonly string[];
  readonly partitionBy?: readonly string[] | undefined;
  readonly keysWhole?: readonly string[] | undefined;
};

/** A case as a request, whose files are made of about so many bytes of the source. */
export function caseTable(
  { inputs, format, options, schema, partitionBy, keysWhole, sql }: AskedCase,
  sliceBytes: number,
): SizedTable {
  const { delimiter, nullText, compression, byName = false, onBadRow = 'fail' } = options;
  return askedTable({
    ...{ uris: inputs, format, schema, byName, onBadRow, size: { sourceBytes: sliceBytes } },
    ...(compression && { compression }),
    ...(sql !== undefined && { sql }),
    ...(partitionBy && { partitionBy }),
    ...(keysWhole && { keysWhole }),
    csv: { ...(delimiter !== undefined && { delimiter }), ...(nullText && { nullText }) },
  });
}
