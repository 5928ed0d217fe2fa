import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { CorruptSourceError, SourceNotFoundError } from '#core/errors.ts';
import { jsonNames } from '#core/sparse/names/json-names.ts';
import { checkedNames } from '#core/sparse/names/names-text.ts';

/** Finds out whether the names of the columns are those that the manifest names. Reads all. */
export async function namesProblems({ manifest, withColumnNames }: StoredRun): Promise<string[]> {
  const { columnNames } = manifest;
  if (columnNames === undefined) return [];
  try {
    await withColumnNames(async (source) => {
      for await (const _ of checkedNames(jsonNames(source), columnNames).read());
    });
    return [];
  } catch (error) {
    if (error instanceof SourceNotFoundError) return ['the names of the columns are missing'];
    if (error instanceof CorruptSourceError) return [error.message];
    throw error;
  }
}
