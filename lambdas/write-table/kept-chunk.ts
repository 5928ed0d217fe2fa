import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { headObject } from '#aws/stored-object.ts';
import type { OutputConflictError } from '#core/errors.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import type { FinishedChunk } from '#core/run/ledger-records.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';
import { sourceStatistics } from '#tables/file-statistics.ts';

/** Rows of a chunk, and those that a transform left out. */
export interface ChunkRows {
  readonly rows: number;
  /** Absent where nothing is transformed. */
  readonly filtered?: number | undefined;
}

const ROWS = 'sparse-fanout-rows';
const FILTERED = 'sparse-fanout-filtered';

/** What is kept with a chunk of a database, whose rows nobody can read again. */
export function chunkMetadata({ rows, filtered }: ChunkRows): Readonly<Record<string, string>> {
  return { [ROWS]: `${rows}`, ...(filtered !== undefined && { [FILTERED]: `${filtered}` }) };
}

function crc32Of(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

/** Where a chunk was sent, and what it is. */
interface KeptPlace extends Pick<TableSpec, 'companions'> {
  readonly bucket: string;
  readonly key: string;
  readonly isParquet: boolean;
}

/**
 * The figures of the object that an earlier try of a chunk of a database has sent, of rows as they
 * were then: it stands, and what a later try read is left out.
 *
 * @param conflict thrown on if the object is none of these.
 */
export async function keptChunk(
  s3: S3Client,
  target: KeptPlace,
  conflict: OutputConflictError,
  signal: AbortSignal,
): Promise<FinishedChunk> {
  const { bucket, key, isParquet, companions } = target;
  const stored = await headObject(s3, bucket, key, signal);
  const { [ROWS]: rows, [FILTERED]: filtered } = stored?.metadata ?? {};
  if (stored?.crc32Base64 === undefined || rows === undefined) throw conflict;
  const { bytes, etag, crc32Base64 } = stored;
  const uri = `s3://${bucket}/${key}`;
  const store = s3ObjectStore(s3, signal);
  return {
    ...{ bytes, contentBytes: bytes, etag, crc32: crc32Of(crc32Base64) },
    recordCount: Number(rows),
    counts: { rejected: 0, ...(filtered !== undefined && { filtered: Number(filtered) }) },
    statistics: isParquet
      ? await sourceStatistics(await openOwn(store, uri), companions)
      : undefined,
    skipped: `an earlier try has sent ${uri} of other rows, which stands: the table was changed between the two`,
  };
}
