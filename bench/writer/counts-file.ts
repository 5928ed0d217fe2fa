import { join } from 'node:path';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';

/** Rows of the chunk: as many as one worker has in the article that this project grew from. */
export const ROWS = 50_000;

/** Stored entries of each row. */
const ENTRIES_PER_ROW = 60;

/** Writes counts of {@link ROWS} rows into a directory; returns the path. */
export async function writeCounts(directory: string, columns: number): Promise<string> {
  const path = join(directory, `counts-${columns}.npz`);
  const shape = { rows: ROWS, columns, entriesPerRow: ENTRIES_PER_ROW };
  await saveNpz(path, countMatrix({ ...shape, seed: 1 }));
  return path;
}
