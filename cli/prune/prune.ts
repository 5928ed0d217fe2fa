import { locationOf } from '#cli/outputs/stored-run.ts';
import { OutputConflictError } from '#core/errors.ts';
import { baseOf, movedAt } from '#core/manifest/generations.ts';
import type { ManifestHead } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { chunkKey, partitionColumns } from '#core/run/chunk-key.ts';
import { chunkIndexOf } from '#core/run/chunk-name.ts';
import { claimKey, isDataFolder } from '#core/run/output-keys.ts';
import type { KeptObject, PrunableOutput } from './prunable-output.ts';

/** Objects that are removed at once. */
const BATCH = 1_000;

/** What stands in the claim of the next generation as long as something is removed. */
const PRUNING = `${JSON.stringify({ prune: 'sparse-fanout prune --apply' })}\n`;

/** Keys below the output of all chunks of a partitioned one: partitions give them folders. */
async function listedKeys(output: PrunableOutput): Promise<ReadonlySet<string>> {
  const manifest = await output.whole();
  const { prefix } = locationOf(manifest);
  return new Set(manifest.entries.map(({ url }) => parseS3Uri(url).key.slice(prefix.length)));
}

/** Says of a key whether the latest manifest lists it. Without partitions names are computed. */
async function listedBy(
  output: PrunableOutput,
  head: ManifestHead,
): Promise<(key: string) => boolean> {
  if (partitionColumns(head.output).length > 0) {
    const listed = await listedKeys(output);
    return (key) => listed.has(key);
  }
  const { chunks, since } = baseOf(head);
  const run = { location: { bucket: '', prefix: '' }, output: head.output };
  return (key) => {
    const index = chunkIndexOf(key) ?? chunks;
    const base = { chunks: 0, rows: 0, since, ...movedAt(head, since, index) };
    return index < chunks && key === chunkKey({ ...run, base }, index);
  };
}

function isOfChunks({ key }: KeptObject): boolean {
  return isDataFolder(key.slice(0, key.indexOf('/') + 1));
}

async function assertUnclaimed(output: PrunableOutput, generation: number): Promise<void> {
  const holder = await output.read(claimKey('', generation));
  if (holder === undefined || holder === PRUNING) return;
  throw new OutputConflictError(
    `generation ${generation} of ${output.name} is claimed by ${holder.trim()} and not finished, so nothing is pruned: finish that run, or remove what it left (docs/operations.md, Append and overwrite)`,
  );
}

/**
 * Finds the chunks below an output that its latest manifest does not list: those that were
 * overwritten, and what lies in the folders of chunks beside them.
 *
 * @throws {OutputConflictError} a generation is claimed and not finished.
 */
export async function* findUnlisted(output: PrunableOutput): AsyncGenerator<KeptObject> {
  const head = await output.latest();
  await assertUnclaimed(output, head.generation + 1);
  const isListed = await listedBy(output, head);
  for await (const object of output.list()) {
    if (isOfChunks(object) && !isListed(object.key)) yield object;
  }
}

/** Yields the items in arrays of so many. */
async function* batched<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < most) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Removes what {@link findUnlisted} finds, and yields each object once it is gone. Meanwhile the
 * next generation is claimed, so that no run begins: it is refused, and names this. If it breaks
 * off, it goes on when it is repeated.
 *
 * @throws {OutputConflictError} a generation is claimed and not finished.
 */
export async function* prune(output: PrunableOutput): AsyncGenerator<KeptObject> {
  const { generation } = await output.latest();
  await assertUnclaimed(output, generation + 1);
  const claim = claimKey('', generation + 1);
  await output.create(claim, PRUNING);
  // From here on the latest manifest stays: it is read again, because a run may have ended before.
  for await (const batch of batched(findUnlisted(output), BATCH)) {
    await output.remove(batch.map(({ key }) => key));
    yield* batch;
  }
  await output.remove([claim]);
}
