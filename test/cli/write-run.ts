import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeRows } from '#cli/encode-rows.ts';
import { withMatrix } from '#cli/sources/open-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import { type CsvDialect, DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import { EMPTY_BASE } from '#core/run/run.ts';
import { readSlices } from '#core/sparse/read-slices.ts';

/** Writes what `local run --out` leaves, without a local cloud: chunks of `rowsPerChunk` rows and a manifest. */
export async function writeRun(
  directory: string,
  file: string,
  rowsPerChunk: number,
  header: CsvDialect['header'] = 'none',
): Promise<void> {
  const dialect = { ...DEFAULT_DIALECT, header };
  await mkdir(join(directory, 'data'), { recursive: true });
  await mkdir(join(directory, '_manifest'), { recursive: true });
  const asked = { locations: [file], options: {} };
  await withMatrix(asked, new AbortController().signal, async ({ pin, layout, matrix }) => {
    const entries: ManifestEntry[] = [];
    for (let rowStart = 0; rowStart < matrix.shape[0]; rowStart += rowsPerChunk) {
      const rows = { rowStart, rowEnd: Math.min(rowStart + rowsPerChunk, matrix.shape[0]) };
      const index = entries.length;
      const name = `chunk-${chunkId(index)}.csv`;
      const lead = index === 0 ? header : 'none';
      const parts = encodeRows(matrix, rows, {
        dialect: { ...dialect, header: lead },
        compression: 'none',
      });
      const text = Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
      await writeFile(join(directory, 'data', name), text);
      let nnz = 0;
      for await (const slice of readSlices(matrix, rows)) nnz += slice.nnz;
      entries.push({
        url: `s3://bucket/run/data/${name}`,
        mandatory: true,
        meta: {
          content_length: text.length,
          record_count: rows.rowEnd - rowStart + (lead === 'none' ? 0 : 1),
        },
        index,
        ...rows,
        nnz,
        contentBytes: text.length,
        crc32: crc32Hex(crc32(text)),
        etag: 'etag',
      });
    }
    const { size, etag } = pin;
    const { parts: _, ...facts } = layout;
    const run = {
      runId: '0123456789abcdef0123456789abcdef',
      source: { uri: `s3://bucket/${basename(file)}`, etag, versionId: null, size },
      matrix: facts,
      output: { bucket: 'bucket', prefix: 'run/' },
      base: EMPTY_BASE,
      dialect,
      compression: 'none' as const,
      chunks: entries.length,
    };
    const listed = (async function* () {
      yield* entries;
    })();
    const text = await Array.fromAsync(
      manifestText(manifestHead(run), listed, new TotalsBuilder()),
    );
    for (const name of ['manifest-000001.json', 'manifest.json']) {
      await writeFile(join(directory, '_manifest', name), text.join(''));
    }
  });
}
