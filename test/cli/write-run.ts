import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeRows } from '#cli/encode-rows.ts';
import { withMatrix } from '#cli/sources/open-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import type { RowRange } from '#core/contract.ts';
import type { ManifestEntry, ManifestHead } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import { EMPTY_BASE } from '#core/run/run.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readSlices } from '#core/sparse/read-slices.ts';

/** Writes a chunk below the directory. @returns its entry of the manifest. */
async function writeChunk(
  directory: string,
  matrix: Matrix,
  { index, rows, dialect }: { index: number; rows: RowRange; dialect: CsvDialect },
): Promise<ManifestEntry> {
  const name = `chunk-${chunkId(index)}.csv`;
  const parts = encodeRows(matrix, rows, { dialect, compression: 'none' });
  const text = Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
  await writeFile(join(directory, 'data', name), text);
  const slices = await Array.fromAsync(readSlices(matrix, rows), ({ nnz }) => nnz);
  return {
    url: `s3://bucket/run/data/${name}`,
    mandatory: true,
    meta: {
      content_length: text.length,
      record_count: rows.rowEnd - rows.rowStart + (dialect.header === 'none' ? 0 : 1),
    },
    index,
    ...rows,
    nnz: slices.reduce((sum, nnz) => sum + nnz, 0),
    contentBytes: text.length,
    crc32: crc32Hex(crc32(text)),
    etag: 'etag',
  };
}

async function writeManifests(
  directory: string,
  head: ManifestHead,
  entries: readonly ManifestEntry[],
): Promise<void> {
  const listed = (async function* () {
    yield* entries;
  })();
  const text = await Array.fromAsync(manifestText(head, listed, new TotalsBuilder()));
  await mkdir(join(directory, '_manifest'), { recursive: true });
  for (const name of ['manifest-000001.json', 'manifest.json']) {
    await writeFile(join(directory, '_manifest', name), text.join(''));
  }
}

/** Writes what `local run --out` leaves, without a local cloud: chunks of `rowsPerChunk` rows and a manifest. */
export async function writeRun(
  directory: string,
  file: string,
  rowsPerChunk: number,
  header: CsvDialect['header'] = 'none',
): Promise<void> {
  const dialect = { ...DEFAULT_DIALECT, header };
  await mkdir(join(directory, 'data'), { recursive: true });
  const asked = { locations: [file], options: {} };
  await withMatrix(asked, new AbortController().signal, async ({ pin, layout, matrix }) => {
    const entries: ManifestEntry[] = [];
    for (let rowStart = 0; rowStart < matrix.shape[0]; rowStart += rowsPerChunk) {
      const rows = { rowStart, rowEnd: Math.min(rowStart + rowsPerChunk, matrix.shape[0]) };
      const index = entries.length;
      const lead = { ...dialect, header: index === 0 ? header : 'none' } as const;
      entries.push(await writeChunk(directory, matrix, { index, rows, dialect: lead }));
    }
    const { size, etag } = pin;
    const { parts: _, ...facts } = layout;
    const head = manifestHead({
      runId: '0123456789abcdef0123456789abcdef',
      source: { uri: `s3://bucket/${basename(file)}`, etag, versionId: null, size },
      matrix: facts,
      output: { bucket: 'bucket', prefix: 'run/' },
      base: EMPTY_BASE,
      dialect,
      compression: 'none',
      chunks: entries.length,
    });
    await writeManifests(directory, head, entries);
  });
}
