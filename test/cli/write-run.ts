import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type GivenSource, withSource } from '#cli/sources/with-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import { manifestHead, manifestText } from '#core/manifest/manifest-text.ts';
import { TotalsBuilder } from '#core/manifest/totals.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { outputOf } from '#core/run/run-output.ts';
import { factsOf, type OpenedSource } from '#core/sources/open-source.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

async function writeChunk(
  directory: string,
  source: OpenedSource,
  chunk: RowChunk,
  output: MatrixOutputSpec,
): Promise<ManifestEntry> {
  const name = `chunk-${chunkId(chunk.index)}.csv`;
  const parts = encodedBytes(source, chunk, output);
  const text = Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part)));
  await writeFile(join(directory, 'data', name), text);
  let nnz = 0;
  for await (const slice of readSlices(source, chunk)) nnz += slice.nnz;
  const record_count = outputOf(output).recordCount(chunk, 0);
  return {
    url: `s3://bucket/run/data/${name}`,
    mandatory: true,
    meta: { content_length: text.length, record_count },
    ...chunk,
    counts: { nnz },
    contentBytes: text.length,
    crc32: crc32Hex(crc32(text)),
    etag: 'etag',
  };
}

async function writeManifests(
  directory: string,
  { pin, layout }: GivenSource,
  entries: readonly ManifestEntry[],
  output: MatrixOutputSpec,
): Promise<void> {
  const run = {
    runId: '0123456789abcdef0123456789abcdef',
    source: { ...pin, uri: `s3://bucket/${basename(pin.uri)}` },
    facts: factsOf(layout),
    output,
    location: { bucket: 'bucket', prefix: 'run/' },
    generation: 1,
    base: EMPTY_BASE,
    chunks: entries.length,
    rows: entries.at(-1)?.rowEnd ?? 0,
  };
  const listed = (async function* () {
    yield* entries;
  })();
  const text = await Array.fromAsync(
    manifestText(manifestHead(run), listed, { totals: new TotalsBuilder() }),
  );
  for (const name of ['manifest-000001.json', 'manifest.json']) {
    await writeFile(join(directory, '_manifest', name), text.join(''));
  }
}

/**
 * Writes what `local run --out` leaves, without a local cloud: chunks of `rowsPerChunk` rows and a
 * manifest.
 */
export async function writeRun(
  directory: string,
  file: string,
  rowsPerChunk: number,
  header: 'none' | 'first-chunk' = 'none',
): Promise<void> {
  const output = { ...PLAIN_CSV, dialect: { ...PLAIN_CSV.dialect, header } };
  await mkdir(join(directory, 'data'), { recursive: true });
  await mkdir(join(directory, '_manifest'), { recursive: true });
  const asked = { locations: [file], options: {} };
  await withSource(asked, new AbortController().signal, async (given) => {
    const { source } = given;
    const [rows] = source.shape;
    const entries: ManifestEntry[] = [];
    for (let rowStart = 0; rowStart < rows; rowStart += rowsPerChunk) {
      const rowEnd = Math.min(rowStart + rowsPerChunk, rows);
      const chunk = { index: entries.length, rowStart, rowEnd };
      entries.push(await writeChunk(directory, source, chunk, output));
    }
    await writeManifests(directory, given, entries, output);
  });
}
