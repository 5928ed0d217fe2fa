import { createObject } from '#aws/create-only.ts';
import { entriesOfSet, openGeneration } from '#aws/manifests.ts';
import { readWhole } from '#aws/objects.ts';
import { IncompleteRunError, ManifestError } from '#core/errors.ts';
import {
  type IcebergObject,
  metadataName,
  type PreviousSnapshot,
  SnapshotWriter,
} from '#core/iceberg/snapshot-writer.ts';
import {
  currentSnapshot,
  isContinued,
  parseMetadata,
  type TableForm,
} from '#core/iceberg/table-metadata.ts';
import {
  icebergForm,
  icebergGeneration,
  listedObject,
  liveFile,
} from '#core/manifest/iceberg-run.ts';
import type { DividedEntry } from '#core/manifest/kept-set.ts';
import type { ManifestCompanion, ManifestEntry } from '#core/manifest/manifest.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { claimKey, icebergFolder, outputUri } from '#core/run/output-keys.ts';
import type { FinalizeDeps } from './finalize-deps.ts';
import type { OpenedBase } from './open-base.ts';
import type { CompanionWriter } from './write-companions.ts';

/** What is known of a table before its files are. */
type KnownTable = Parameters<typeof icebergGeneration>[1];

/** When the generation of a run was claimed: the same for all that finalize the run. */
async function claimedMs({ s3 }: FinalizeDeps, { location, generation }: CountedRun) {
  const { bucket, prefix } = location;
  const key = claimKey(prefix, generation);
  const claim = await readWhole(s3, { bucket, key });
  if (claim !== undefined) return claim.writtenMs;
  throw new IncompleteRunError(`${outputUri(location, key)} is gone; start the run again`);
}

/** Bytes of the list of manifests that metadata names, which lies beside it. */
async function listOf({ s3 }: FinalizeDeps, run: CountedRun, uri: string): Promise<Uint8Array> {
  const { bucket, prefix } = run.location;
  const own = outputUri(run.location, '');
  const key = uri.slice(own.length);
  const isOwn = uri.startsWith(own) && key.startsWith(icebergFolder(prefix));
  const list = isOwn ? await readWhole(s3, { bucket, key }) : undefined;
  if (list !== undefined) return list.bytes;
  throw new ManifestError(`${uri} is missing, which the snapshot before names; restore the object`);
}

/** The snapshot that a run's comes after; undefined where the table begins with the run's. */
async function previousOf(
  deps: FinalizeDeps,
  run: CountedRun,
  form: TableForm,
): Promise<PreviousSnapshot | undefined> {
  const { location, generation } = run;
  const key = `${icebergFolder(location.prefix)}${metadataName(generation - 1)}`;
  const found = await readWhole(deps.s3, { bucket: location.bucket, key });
  if (found === undefined) return undefined;
  const uri = outputUri(location, key);
  const metadata = parseMetadata(found.bytes.toString(), uri);
  if (!isContinued(form, metadata)) return undefined;
  const list = currentSnapshot(metadata)['manifest-list'];
  return { uri, metadata, manifestList: await listOf(deps, run, list) };
}

/** Writes objects of the metadata as they are made. */
class IcebergWriter implements CompanionWriter {
  readonly #deps: FinalizeDeps;
  readonly #run: CountedRun;
  readonly #known: KnownTable;
  readonly #snapshot: SnapshotWriter;
  readonly #signal: AbortSignal;
  readonly #listed: ManifestCompanion[] = [];

  constructor(deps: FinalizeDeps, run: CountedRun, known: KnownTable, signal: AbortSignal) {
    this.#deps = deps;
    this.#run = run;
    this.#known = known;
    this.#snapshot = new SnapshotWriter(icebergGeneration(run, known));
    this.#signal = signal;
  }

  /** Where partitions are replaced, the manifests before list files that stay and that do not. */
  async pass({ entry, addedBy, isKept }: DividedEntry): Promise<void> {
    const { form, previous } = this.#known;
    if (this.#run.base.replaces === undefined) return;
    if (previous === undefined) {
      if (isKept) await this.add(entry);
      return;
    }
    const file = liveFile(entry, addedBy, form);
    await this.#write(isKept ? this.#snapshot.add(file) : this.#snapshot.remove(file));
  }

  async add(entry: ManifestEntry): Promise<void> {
    const file = liveFile(entry, this.#run.generation, this.#known.form);
    await this.#write(this.#snapshot.add(file));
  }

  async finish(): Promise<readonly ManifestCompanion[]> {
    await this.#write(this.#snapshot.finish());
    return this.#listed;
  }

  async #write(objects: readonly IcebergObject[]): Promise<void> {
    const { bucket, prefix } = this.#run.location;
    for (const object of objects) {
      const { name, contentType, bytes } = object;
      const target = { bucket, key: `${icebergFolder(prefix)}${name}`, contentType };
      await createObject(this.#deps.s3, target, [bytes], this.#signal);
      this.#listed.push(listedObject(this.#run, object));
    }
  }
}

/**
 * Opens the snapshot of a run. It goes on with that of the generation before; where there is none,
 * or of other columns, the table begins with it, and has the files of earlier generations of the
 * set too.
 *
 * Memory: that of `SnapshotWriter`, and the metadata and the list of the snapshot before.
 *
 * @param base the generation before, if there is one.
 * @throws {ManifestError} the snapshot before is damaged.
 */
export async function openIceberg(
  deps: FinalizeDeps,
  run: CountedRun,
  base: OpenedBase | undefined,
  signal: AbortSignal,
): Promise<CompanionWriter> {
  const form = icebergForm(run);
  const previous = base && (await previousOf(deps, run, form));
  const known = { claimedMs: await claimedMs(deps, run), form, previous };
  const writer = new IcebergWriter(deps, run, known, signal);
  const isOverwriting = run.base.since === run.generation;
  if (base !== undefined && previous === undefined && !isOverwriting) {
    const opened = await openGeneration(deps.s3, run.location, run.generation - 1, signal);
    const entries = entriesOfSet(deps.s3, run.location, opened, signal);
    for await (const entry of entries) await writer.add(entry);
  }
  return writer;
}
