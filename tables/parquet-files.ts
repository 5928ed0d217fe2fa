import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { sliceFooter } from '#core/containers/parquet/slice-footer.ts';
import { writeSlice } from '#core/containers/parquet/write-slice.ts';
import { fetchedParts } from './fetched-parts.ts';
import type { ParquetPart, ParquetSlice } from './table-slice.ts';

/** Files of the wanted row groups alone, which the engine reads one after the other. */
export interface ParquetFiles {
  readonly paths: readonly string[];
  /** Rows of each part, in their order. */
  readonly records: readonly number[];
}

async function writeFile({ source, footer, groups }: ParquetPart, path: string): Promise<number> {
  const slice = sliceFooter(footer, groups);
  const file = await open(path, 'wx');
  try {
    await writeSlice(source, slice, {
      write: async (bytes, at) => {
        for (let done = 0; done < bytes.length; ) {
          const left = bytes.subarray(done);
          done += (await file.write(left, 0, left.length, at + done)).bytesWritten;
        }
      },
    });
  } finally {
    await file.close();
  }
  return slice.rows;
}

/** Fetches the row groups of a slice, each object's into a file of its own. Holds 64 MiB. */
export async function writeParquetFiles(
  { parts }: ParquetSlice,
  directory: string,
): Promise<ParquetFiles> {
  const paths: string[] = [];
  const records: number[] = [];
  for await (const part of fetchedParts(parts)) {
    const path = join(directory, `${paths.length}.parquet`);
    records.push(await writeFile(part, path));
    paths.push(path);
  }
  return { paths, records };
}
