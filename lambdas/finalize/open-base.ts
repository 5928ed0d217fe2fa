import { type GenerationManifest, openGeneration } from '#aws/manifests.ts';
import { ManifestError } from '#core/errors.ts';
import { isOutgrown, type PreviousManifest } from '#core/manifest/earlier.ts';
import { baseOf } from '#core/manifest/generations.ts';
import type { DividedEntry } from '#core/manifest/kept-set.ts';
import { totalsOf } from '#core/manifest/totals.ts';
import { folderOfChunk } from '#core/run/chunk-key.ts';
import { generationKey, outputUri } from '#core/run/output-keys.ts';
import type { RunBase } from '#core/run/run-fields.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { readKept } from '#lambdas/shared/read-kept.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import { readPlan } from './read-plan.ts';

/** The generation before a run, as far as its manifest and companions go on with it. */
export interface OpenedBase {
  readonly manifest: GenerationManifest;
  readonly previous: PreviousManifest;
  /** The entries of the set that the manifest of the run repeats, or leaves out. */
  entries(): AsyncIterable<DividedEntry>;
}

/** What identifies a base, as in messages. */
function baseText({ chunks, rows }: Pick<RunBase, 'chunks' | 'rows'>, generation: number): string {
  return `generation ${generation} with ${chunks} chunks and ${rows} rows`;
}

/** @throws {ManifestError} the base is not what the run was planned with. */
function assertPlanned(
  { location, generation, base }: RunHeader,
  found: { readonly generation: number; readonly base: Pick<RunBase, 'chunks' | 'rows'> },
  what = '',
): void {
  const is = baseText(found.base, found.generation);
  const was = baseText(base, generation - 1);
  if (is === was) return;
  const uri = outputUri(location, generationKey(location.prefix, generation - 1));
  throw new ManifestError(
    `${uri} has ${is}${what}, but had ${was} when the run was planned; restore the object that was written`,
  );
}

/** Opens what a run that replaces partitions leaves. */
async function openKept(
  deps: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): Promise<OpenedBase> {
  const folders = new Set<string>();
  for await (const chunk of readPlan(deps, run, signal)) folders.add(folderOfChunk(run, chunk));
  const { manifest, kept, divided } = await readKept(deps.s3, run, folders, signal);
  assertPlanned(run, { ...manifest.head, base: kept }, ' that stay');
  return { manifest, previous: { ...manifest, kept }, entries: divided };
}

async function* copied({ head, entries }: GenerationManifest): AsyncGenerator<DividedEntry> {
  for await (const entry of entries) yield { entry, addedBy: head.generation, isKept: true };
}

async function* none(): AsyncGenerator<DividedEntry> {}

/**
 * Opens the manifest of the generation before a run: an append copies its entries, or links it once
 * it is large; a run that replaces partitions copies those of all others; an overwrite has its own
 * alone.
 *
 * @returns undefined when the run begins an output.
 * @throws {ManifestError} it is not the one that the run was planned with.
 */
export async function openBase(
  deps: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): Promise<OpenedBase | undefined> {
  const { location, generation, base } = run;
  if (generation === 1) return undefined;
  if (base.replaces !== undefined) return await openKept(deps, run, signal);
  const manifest = await openGeneration(deps.s3, location, generation - 1, signal);
  const isOverwriting = base.since === generation;
  const { head } = manifest;
  if (!isOverwriting) assertPlanned(run, { ...head, base: baseOf(head) });
  const totals = isOutgrown(run, manifest) ? await totalsOf(manifest) : undefined;
  const isCopied = totals === undefined && !isOverwriting;
  return {
    manifest,
    previous: { ...manifest, totals },
    entries: () => (isCopied ? copied(manifest) : none()),
  };
}
