import * as z from 'zod/mini';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { digest128 } from '#core/objects/digest.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { type SourcePin, sourcePin } from '#core/objects/source-pin.ts';
import { stageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { GZIP_INDEX, gzipIndexTask, openGzip } from '#core/stage/gzip-index.ts';
import { openPlaces, type TextPlaces } from '#core/stage/gzip-places.ts';
import {
  INDEX_PREFIX,
  type IndexTime,
  indexJob,
  indexName,
  stageSeekIndex,
} from '#core/stage/stage-index.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';

/** Raise it when the same text begins to be staged as other objects. */
const STAGE_VERSION = 1;

/**
 * Larger texts in gzip get a seek index, so that several writers read them; others are read whole.
 * It takes half a second to index so much; a smaller one nearly always inflates to less than the
 * 4 GiB that a writer has room for.
 */
export const LARGE_GZIP_BYTES = 64 * 1024 * 1024;

/** Input of a Stage function that indexes a text of a table: a line of `jobs.jsonl`. */
export const textTask = z.strictObject({ text: sourcePin, job: stageJob });

export type TextTask = Readonly<z.infer<typeof textTask>>;

/** Opens the staged objects of one text, named by 32 hexadecimal digits. */
export type StagedFor = (stageId: string) => StageStore;

/** A text in gzip that is read by range. */
export interface IndexedText {
  /** The inflated text. */
  readonly source: ByteSource;
  readonly places: TextPlaces;
}

/** Where the seek index of one version of a text lies. */
async function stagedOf(text: SourcePin, stagedFor: StagedFor): Promise<StageStore> {
  return stagedFor(await digest128(JSON.stringify({ version: STAGE_VERSION, text })));
}

/** The seek indexes of the large texts of a table. */
export class TextIndexes {
  readonly #stagedFor: StagedFor;
  readonly #largeBytes: number;

  /** @param largeBytes tests use small ones. */
  constructor(stagedFor: StagedFor, largeBytes = LARGE_GZIP_BYTES) {
    this.#stagedFor = stagedFor;
    this.#largeBytes = largeBytes;
  }

  /** Whether a text has an index, by what is known of it before it is read. */
  isIndexed({ size }: Pick<SourcePin, 'size'>, compression: TextCompression): boolean {
    return compression === 'gzip' && size > this.#largeBytes;
  }

  /**
   * The job that makes the index of a text, or goes on with its last part; undefined if the index
   * is there. One LIST request.
   */
  async taskOf(text: SourcePin, index: number): Promise<TextTask | undefined> {
    const found = await (await stagedOf(text, this.#stagedFor)).list(INDEX_PREFIX);
    if (found.has(indexName(GZIP_INDEX))) return undefined;
    return { text, job: indexJob(found, GZIP_INDEX, index) };
  }

  /**
   * Opens a text by its index. One HEAD request, and two reads of at most 25 kB; the first
   * read of the text takes a third.
   *
   * @throws {CorruptSourceError} the index was removed, or is damaged.
   */
  async open(text: SourcePin, store: Pick<ObjectStore, 'open'>): Promise<IndexedText> {
    const staged = await stagedOf(text, this.#stagedFor);
    const index = await staged.open(indexName(GZIP_INDEX));
    if (index === undefined) {
      throw new CorruptSourceError(
        `what was staged of ${text.uri} lacks ${indexName(GZIP_INDEX)}; start the run again, so that it is staged anew`,
      );
    }
    const source = await openGzip(store.open(text), index.source);
    const sizes = { compressedBytes: text.size, bytes: source.size };
    return { source, places: await openPlaces(index.source, sizes) };
  }
}

/**
 * Does one job of a Stage round of a table. A job that is done twice makes the same objects.
 *
 * @throws as {@link stageSeekIndex}: the object is no whole gzip file.
 */
export async function stageText(
  { text, job: { part = 0 } }: TextTask,
  {
    store,
    stagedFor,
  }: { readonly store: Pick<ObjectStore, 'open'>; readonly stagedFor: StagedFor },
  time: IndexTime,
): Promise<void> {
  const staged = await stagedOf(text, stagedFor);
  await stageSeekIndex(gzipIndexTask(store.open(text)), part, staged, time);
}
