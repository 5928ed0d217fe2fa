import { readFile, stat, writeFile } from 'node:fs/promises';
import { lengthenMember } from '#core/outputs/gzip/lengthen-member.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';

/**
 * Makes a file of gzip as long as a part of one object must be, with the same content. Any other is
 * left as it is. Holds one that is too short.
 */
export async function lengthenFile(path: string, output: TableOutput): Promise<void> {
  const { least } = PART_BYTES_OF_OBJECT;
  if (output.format !== 'csv' || output.compression !== 'gzip') return;
  if ((await stat(path)).size >= least) return;
  await writeFile(path, lengthenMember(await readFile(path), least));
}
