import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { provePages, type ReadAt } from '#core/containers/parquet/prove-pages.ts';
import { sliceFooter } from '#core/containers/parquet/slice-footer.ts';
import { writeSlice } from '#core/containers/parquet/write-slice.ts';
import { fetchedParts } from './fetched-parts.ts';
import { blaming } from './own-fault.ts';
import { wantedRows } from './parquet-rows.ts';
import type { ParquetPart, ParquetSlice } from './table-slice.ts';

/** Files of the wanted row groups alone, which the engine reads one after the other. */
export interface ParquetFiles {
  readonly paths: readonly string[];
  /** Rows of each part that are wanted, in their order. */
  readonly records: readonly number[];
  /** Rows of the first part that lie before these. */
  readonly skipped: number;
}

/** Reads at the offsets of the source what lies in its slice. */
function readShifted(file: FileHandle, shift: number): ReadAt {
  return async ({ offset, length }) => {
    const buffer = new Uint8Array(length);
    const { bytesRead } = await file.read(buffer, 0, length, offset - shift);
    return buffer.subarray(0, bytesRead);
  };
}

/**
 * Fetches row groups of an object into a file of their own, and proves their pages. Holds 32 MiB.
 *
 * @throws {CorruptSourceError} pages are not what the footer says, or damaged.
 */
export async function writeParquetFile(
  { source, footer, groups }: ParquetPart,
  path: string,
): Promise<void> {
  const slice = sliceFooter(footer, groups);
  const file = await open(path, 'wx+');
  try {
    await writeSlice(source, slice, {
      write: async (bytes, at) => {
        for (let done = 0; done < bytes.length; ) {
          const left = bytes.subarray(done);
          done += (await file.write(left, 0, left.length, at + done)).bytesWritten;
        }
      },
    });
    await provePages(footer, groups, readShifted(file, slice.shift));
  } finally {
    await file.close();
  }
}

/**
 * Fetches the row groups of a slice, each object's into a file of its own, and proves their pages.
 * Holds 64 MiB.
 *
 * @throws {CorruptSourceError} pages are not what the footer says, or damaged.
 */
export async function writeParquetFiles(
  { parts }: ParquetSlice,
  directory: string,
): Promise<ParquetFiles> {
  const paths: string[] = [];
  const records: number[] = [];
  for await (const part of fetchedParts(parts)) {
    const path = join(directory, `${paths.length}.parquet`);
    await blaming(part.source.uri, () => writeParquetFile(part, path));
    records.push(wantedRows(part));
    paths.push(path);
  }
  return { paths, records, skipped: parts[0]!.rows?.start ?? 0 };
}
