import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@sparse-fanout/engine';
import { FanoutError } from '#core/errors.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';
import { convertSlice } from '#tables/convert-slice.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { planCase } from './plan-case.ts';
import { openInputs, type TableCase } from './table-case.ts';

const MEMORY_BYTES = 884e6;

async function convert(
  slice: TableSlice,
  onBadRow: 'fail' | 'reject',
  target: string,
): Promise<readonly RejectedValue[]> {
  const directory = await mkdtemp(join(tmpdir(), 'table-case-'));
  const engine = await openEngine({ directory, memoryBytes: MEMORY_BYTES });
  try {
    const path = join(directory, 'out.parquet');
    const file = { path, format: 'parquet', compression: 'zstd', rowGroupRows: 122_880 } as const;
    const { rejected } = await convertSlice(slice, { engine, directory, file, onBadRow });
    await rename(path, target);
    return rejected;
  } finally {
    engine.close();
    await rm(directory, { recursive: true });
  }
}

/**
 * Converts a case as writers do, one file a slice, into a folder of its own. Where it is refused,
 * the folder has the error's text alone.
 *
 * @returns the text of the refusal; undefined when there was none.
 */
export async function convertCase(
  pack: string,
  asked: TableCase,
  { out, sliceBytes }: { readonly out: string; readonly sliceBytes: number },
): Promise<string | undefined> {
  const folder = join(out, asked.id);
  await mkdir(folder, { recursive: true });
  try {
    const slices = await planCase(openInputs(pack, asked), asked, sliceBytes);
    const { onBadRow = 'fail' } = asked.options;
    for (const [index, slice] of slices.entries()) {
      const number = String(index).padStart(6, '0');
      const target = join(folder, `chunk-${number}.parquet`);
      const rejected = await convert(slice, onBadRow, target);
      const lines = rejected.map((value) => `${JSON.stringify(value)}\n`);
      if (lines.length > 0)
        await writeFile(join(folder, `rejects-${number}.jsonl`), lines.join(''));
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof FanoutError)) throw error;
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, 'error.txt'), `${error.name}: ${error.message}\n`);
    return error.message;
  }
}
