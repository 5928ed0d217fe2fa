import type { ByteSource } from '#core/bytes/byte-source.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import { type ColumnStatistics, readStatistics } from '#core/containers/parquet/statistics.ts';
import type { Companion } from '#core/tables/companions/companion-names.ts';
import { withFileSource } from './file-source.ts';

/** An item of the ledger has at most 400 kB, and a page of a query holds some of them. */
const MAX_BYTES = 100_000;

/** The footer of a Parquet file of the engine's directory. */
export async function fileFooter(path: string): Promise<ParquetFooter> {
  return await withFileSource(path, readFooter);
}

/** Bounds and NULLs of the columns of a Parquet file. Reads the footer alone. */
export async function columnStatistics(path: string): Promise<readonly ColumnStatistics[]> {
  return readStatistics(await fileFooter(path));
}

/**
 * Bounds and NULLs of the columns of a Parquet file as JSON, as the manifest has them; where
 * readers of Iceberg want them, how many bytes they take, too. Reads the footer alone.
 *
 * @returns undefined if they are longer than 100 kB, which a thousand columns may be.
 */
export async function sourceStatistics(
  source: ByteSource,
  companions: readonly Companion[] = [],
): Promise<string | undefined> {
  const columns = readStatistics(await readFooter(source));
  const isSized = companions.includes('iceberg');
  const text = JSON.stringify(
    columns.map(({ name, min, max, nulls, bytes }) => ({
      ...{ column: name, min, max, nulls },
      ...(isSized && { bytes }),
    })),
  );
  return text.length <= MAX_BYTES ? text : undefined;
}

/** {@link sourceStatistics} of a file. */
export async function fileStatistics(
  path: string,
  companions?: readonly Companion[],
): Promise<string | undefined> {
  return await withFileSource(path, (source) => sourceStatistics(source, companions));
}
