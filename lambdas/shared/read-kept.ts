import type { S3Client } from '#aws/clients/s3.ts';
import {
  entriesOfSet,
  type GenerationManifest,
  openGeneration,
  readEarlier,
} from '#aws/manifests.ts';
import { runsOfSet } from '#core/manifest/earlier.ts';
import {
  type DividedEntry,
  dividedEntries,
  inPartitions,
  type KeptSet,
  keptSet,
} from '#core/manifest/kept-set.ts';
import type { RunHeader } from '#core/run/run-header.ts';

/** A run that replaces partitions of the generation before it. */
export type ReplacingRun = Pick<RunHeader, 'location' | 'generation' | 'output'>;

/** The generation before a run that replaces partitions, and what stays of it. */
export interface ReadKept {
  readonly manifest: GenerationManifest;
  readonly kept: KeptSet;
  /** Reads all of its set once more, and says what becomes of each entry. */
  divided(): AsyncGenerator<DividedEntry>;
}

/**
 * Finds out what stays of a set when partitions of it are replaced. Reads its manifests to their
 * ends; holds its runs.
 *
 * @param folders of the partitions that are replaced.
 * @throws {ManifestError} a manifest is missing, or another one than was linked.
 */
export async function readKept(
  s3: S3Client,
  { location, generation, output }: ReplacingRun,
  folders: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadKept> {
  const open = () => openGeneration(s3, location, generation - 1, signal);
  const manifest = await open();
  const earlier = await readEarlier(s3, location, manifest.head.earlier ?? [], signal);
  const runs = runsOfSet(manifest.head, earlier);
  const isReplaced = inPartitions(output, folders);
  const entries = (of: GenerationManifest) => entriesOfSet(s3, location, of, signal);
  return {
    manifest,
    kept: await keptSet(runs, entries(manifest), isReplaced),
    async *divided() {
      yield* dividedEntries(runs, entries(await open()), isReplaced);
    },
  };
}
