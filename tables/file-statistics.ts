import { open } from 'node:fs/promises';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { type ColumnStatistics, readStatistics } from '#core/containers/parquet/statistics.ts';
import type { Companion } from '#core/tables/companions/companion-names.ts';

/** An item of the ledger has at most 400 kB, and a page of a query holds some of them. */
const MAX_BYTES = 100_000;

/** Bounds and NULLs of the columns of a Parquet file. Reads the footer alone. */
export async function columnStatistics(path: string): Promise<readonly ColumnStatistics[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const source: ByteSource = {
      uri: path,
      etag: '',
      size,
      async read({ offset, length }) {
        const bytes = Buffer.alloc(length);
        await file.read(bytes, 0, length, offset);
        return bytes;
      },
    };
    return readStatistics(await readFooter(source));
  } finally {
    await file.close();
  }
}

/**
 * Bounds and NULLs of the columns of a Parquet file as JSON, as the manifest has them; where
 * readers of Iceberg want them, how many bytes they take, too. Reads the footer alone.
 *
 * @returns undefined if they are longer than 100 kB, which a thousand columns may be.
 */
export async function fileStatistics(
  path: string,
  companions: readonly Companion[] = [],
): Promise<string | undefined> {
  const columns = await columnStatistics(path);
  const isSized = companions.includes('iceberg');
  const text = JSON.stringify(
    columns.map(({ name, min, max, nulls, bytes }) => ({
      ...{ column: name, min, max, nulls },
      ...(isSized && { bytes }),
    })),
  );
  return text.length <= MAX_BYTES ? text : undefined;
}
