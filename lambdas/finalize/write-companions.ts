import { createObject } from '#aws/create-only.ts';
import { companionObjects, listedCompanions } from '#core/manifest/companions.ts';
import { hasIceberg } from '#core/manifest/iceberg-run.ts';
import type { DividedEntry } from '#core/manifest/kept-set.ts';
import type { ManifestCompanion, ManifestEntry, ManifestHead } from '#core/manifest/manifest.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import type { OpenedBase } from './open-base.ts';
import { openIceberg } from './write-iceberg.ts';

/** Writes the companions of a run while its files are proved. */
export interface CompanionWriter {
  /** Takes note of what becomes of a file of the generation before. */
  pass(divided: DividedEntry): Promise<void>;
  /** Takes note of a file of the run that is proved. */
  add(entry: ManifestEntry): Promise<void>;
  /**
   * Writes what readers begin with. Whoever finds the manifest finds its companions, and these only
   * where every file is proved.
   */
  finish(): Promise<readonly ManifestCompanion[]>;
}

/** A run with all attempts of its set. */
type WrittenRun = CountedRun & Pick<ManifestHead, 'attempts'>;

/** Companions that the names of the files are enough for. */
async function writeListing({ s3 }: FinalizeDeps, run: WrittenRun, signal: AbortSignal) {
  const { bucket } = run.location;
  for (const { key, contentType, pieces } of companionObjects(run)) {
    await createObject(s3, { bucket, key, contentType }, pieces(), signal);
  }
  return listedCompanions(run);
}

/**
 * Opens the companions of a run; there may be none.
 *
 * @param base the generation before, if there is one.
 */
export async function openCompanions(
  deps: FinalizeDeps,
  run: WrittenRun,
  base: OpenedBase | undefined,
  signal: AbortSignal,
): Promise<CompanionWriter> {
  const iceberg = hasIceberg(run) ? await openIceberg(deps, run, base, signal) : undefined;
  return {
    pass: async (divided) => await iceberg?.pass(divided),
    add: async (entry) => await iceberg?.add(entry),
    finish: async () => [
      ...(await writeListing(deps, run, signal)),
      ...((await iceberg?.finish()) ?? []),
    ],
  };
}
