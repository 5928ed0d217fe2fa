import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FanoutError } from '#core/errors.ts';
import { caseTable } from './case-table.ts';
import { convertedFile, planned } from './convert-table.ts';
import { partitionTable } from './partition-table.ts';
import { openInputs, type TableCase } from './table-case.ts';
import { keepKeysWhole } from './whole-keys-table.ts';

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
    const plan = await planned(caseTable(asked, sliceBytes), openInputs(pack, asked));
    if (asked.partitionBy !== undefined) {
      await partitionTable(plan, { out: folder, targetFileBytes: sliceBytes });
      return undefined;
    }
    if (asked.keysWhole !== undefined) {
      await keepKeysWhole(plan, { out: folder, targetFileBytes: sliceBytes });
      return undefined;
    }
    for (const chunk of plan.chunks) {
      const number = String(chunk.index).padStart(6, '0');
      const { bytes, rejected } = await convertedFile(plan, chunk);
      await writeFile(join(folder, `chunk-${number}.parquet`), bytes);
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
