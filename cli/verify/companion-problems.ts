import { crc32 } from 'node:zlib';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { SourceNotFoundError } from '#core/errors.ts';
import type { ManifestCompanion } from '#core/manifest/manifest.ts';

async function problemOf(
  run: StoredRun,
  { companion, uri, bytes, crc32: expected }: ManifestCompanion,
): Promise<string | undefined> {
  const name = `${uri} of the companion ${companion}`;
  try {
    return await run.withNamed(uri, async (object) => {
      let crc = 0;
      for await (const block of readBlocks(object)) crc = crc32(block, crc);
      if (object.size === bytes && crc32Hex(crc) === expected) return undefined;
      return `${name} has ${object.size} bytes and CRC-32 ${crc32Hex(crc)}, the manifest says ${bytes} and ${expected}`;
    });
  } catch (error) {
    if (error instanceof SourceNotFoundError) return `${name} is missing`;
    throw error;
  }
}

/** Finds out whether the companions are those that the manifest names. Reads all of them. */
export async function companionProblems(run: StoredRun): Promise<string[]> {
  const problems: string[] = [];
  for (const companion of run.manifest.companions ?? []) {
    const problem = await problemOf(run, companion);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
