import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import type { StackClient } from '#support/stack-client.ts';

/** The manifest of an output in the stack's bucket. */
export async function manifestOf(stack: StackClient, name: string): Promise<Manifest> {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

/** Copies the files of an output into a folder, so named that they sort by their rows. */
export async function copyFiles(stack: StackClient, name: string, folder: string): Promise<number> {
  const { entries } = await manifestOf(stack, name);
  for (const [index, { url }] of entries.entries()) {
    const file = `chunk-${String(index).padStart(6, '0')}.parquet`;
    await writeFile(join(folder, file), await stack.read(url));
  }
  return entries.length;
}
