import { open } from 'node:fs/promises';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { DatabaseReader } from '#core/tables/postgres/database-reader.ts';
import { schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { mapColumns } from '#core/tables/schema/map-columns.ts';
import { withFileSource } from '#tables/file-source.ts';
import type { CsvTable } from '#tables/table-slice.ts';

/**
 * Bytes of text that a writer has room for: it lies in `/tmp` as it came, and once more as it is
 * proved.
 */
export const MAX_COPY_BYTES = 2 * 1024 ** 3;

/** As `COPY … (FORMAT csv)` writes it: NULL is an empty field, an empty text is quoted. */
const COPIED = {
  ...{ delimiter: ',', quote: '"', header: false },
  ...{ nullText: [''], quotedNewlines: true },
} as const;

function sliceOf(source: ByteSource, layout: TableLayout): CsvTable {
  const { columns } = layout.postgres!;
  const names = columns.map(({ name }) => name);
  // What the schema does not have was found to be dropped when the table was looked at.
  const dropped = { ...layout.columns, '*': 'drop' } as const;
  const mapping = { names, uri: source.uri, byName: false, leavesOut: false };
  const sources = mapColumns({ ...mapping, schema: schemaOf(layout), columns: dropped });
  const part = { source, compression: 'none', start: 0, end: source.size } as const;
  return { format: 'csv', csv: COPIED, fields: columns.length, parts: [part], sources };
}

/** Rows that were copied into a file. */
export interface CopiedFile {
  readonly path: string;
  /** Of the text. */
  readonly bytes: number;
  /** Names the rows in messages. */
  readonly what: string;
}

/**
 * Copies rows of a database into a file. Holds what comes at once.
 *
 * @throws {BoundExceededError} they have more than 2 GiB of text.
 */
export async function copyRows(
  reader: DatabaseReader,
  sql: string,
  { path, what }: Omit<CopiedFile, 'bytes'>,
): Promise<CopiedFile> {
  const file = await open(path, 'w');
  let bytes = 0;
  try {
    for await (const piece of reader.copyOut(sql)) {
      bytes += piece.length;
      if (bytes > MAX_COPY_BYTES) {
        throw new BoundExceededError(
          `${what} have more than ${MAX_COPY_BYTES} bytes of text, the most that a writer has room for; ask for smaller files, or give a key with more columns`,
        );
      }
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  return { path, bytes, what };
}

/** Uses rows that were copied as slices: none where there are no rows. */
export async function withCopied<T>(
  { path, bytes, what }: CopiedFile,
  layout: TableLayout,
  use: (slices: readonly CsvTable[]) => Promise<T>,
): Promise<T> {
  if (bytes === 0) return await use([]);
  return await withFileSource(path, async (source) => await use([sliceOf(source, layout)]), what);
}
