import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { median } from '#bench/encode/measure.ts';
import { isTextOf, textBytes } from '#bench/peers/same-text.ts';
import { withSource } from '#cli/sources/with-source.ts';
import type { ExportCase } from './cases.ts';

const SCRIPT = path.join(import.meta.dirname, 'library.py');

/** Rows that a library writes: about 100 MB of text. */
const ROWS = 5_000;

export const LIBRARIES = ['polars', 'duckdb', 'pyarrow', 'pandas'] as const;

/** What a library did with one process for each core. */
export interface LibraryResult {
  readonly library: string;
  readonly seconds: readonly number[];
  readonly textBytes: number;
  /** Bytes of text per second. */
  readonly rate: number;
  readonly versions: Readonly<Record<string, string>>;
}

const run = promisify(execFile);

/**
 * Lets a library write the first rows of a matrix with all cores.
 *
 * @throws {Error} it fails, or wrote another text than ours.
 */
export async function runLibrary(
  python: string,
  library: string,
  { matrix, compression }: ExportCase,
  out: string,
): Promise<LibraryResult> {
  const gzip = compression === 'gzip';
  const args = [library, matrix.path, out, `${ROWS}`, gzip ? 'csv.gz' : 'csv'];
  try {
    const { stdout } = await run(python, [SCRIPT, ...args]);
    const { seconds, versions } = JSON.parse(stdout);
    const asked = { locations: [matrix.path], options: {} };
    return await withSource(asked, new AbortController().signal, async ({ source }) => {
      const range = { rowStart: 0, rowEnd: ROWS };
      if (!(await isTextOf({ out, gzip }, source, range))) {
        throw new Error(`${library} wrote another text than ours`);
      }
      const bytes = await textBytes(source, range);
      return { library, seconds, textBytes: bytes, rate: bytes / median(seconds), versions };
    });
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
