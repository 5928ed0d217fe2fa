import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { buildSeekIndex } from '#core/containers/deflate/build-seek-index.ts';
import type { IndexedStream } from '#core/containers/deflate/indexed-stream.ts';
import { encodePassState, readPassState } from '#core/containers/deflate/pass-state.ts';
import { BoundExceededError, CorruptSourceError, OutputConflictError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';

/** Folder of the staged seek indexes, and of parts of those that are under way. */
export const INDEX_PREFIX = 'index/';

/** Name of the round that makes seek indexes. */
export const INDEX_ROUND = 'index';

/** Bytes per read: large enough for S3's full speed. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/** One block is inflated while two are being read. */
const BLOCKS_AT_ONCE = 3;

/** A stream that gets a seek index. */
export interface IndexTask {
  readonly source: ByteSource;
  /** Where the stream lies in `source`. */
  readonly range: ByteRange;
  readonly stream: IndexedStream;
  /** Name of what is staged: `data` for `index/data.idx`. */
  readonly name: string;
  /** What to do if the stream cannot be indexed, such as `unpack it`. */
  readonly advice: string;
}

/** Limits of one job. */
export interface IndexTime {
  readonly signal?: AbortSignal | undefined;
  /** True when the job has to end soon, and should leave the rest to the next one. */
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** Name of a seek index: `index/data.idx` for `data`. */
export function indexName(name: string): string {
  return `${INDEX_PREFIX}${name}.idx`;
}

/** Name of a part of it. It has six digits, so that names sort as parts do. */
function partNameOf(name: string, part: number): string {
  return `${INDEX_PREFIX}${name}.part-${String(part).padStart(6, '0')}`;
}

/**
 * The job that makes a seek index, or goes on with its last part.
 *
 * @param found what is staged below {@link INDEX_PREFIX}.
 * @param index number of the job.
 */
export function indexJob(
  found: ReadonlyMap<string, StagedObject>,
  name: string,
  index: number,
): StageJob {
  let part = 0;
  while (found.has(partNameOf(name, part + 1))) part++;
  return part === 0 ? { round: INDEX_ROUND, index } : { round: INDEX_ROUND, index, part };
}

function* blockReads({ source, range }: IndexTask, from: number, signal?: AbortSignal) {
  for (let at = from; at < range.length; at += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, range.length - at);
    yield () => {
      signal?.throwIfAborted();
      return source.read({ offset: range.offset + at, length });
    };
  }
}

async function readPart({ name, stream }: IndexTask, staged: StageStore, part: number) {
  if (part === 0) return undefined;
  const found = await staged.open(partNameOf(name, part));
  if (found !== undefined) return await readPassState(found.source, stream.compressedBytes);
  throw new CorruptSourceError(
    `what was staged of ${stream.where} lacks ${partNameOf(name, part)}; start the export again, so that it is staged anew`,
  );
}

/** Creates the next part. It is no error if a twin of the job has stopped at another place. */
async function createPart(staged: StageStore, name: string, pieces: Uint8Array[]): Promise<void> {
  try {
    await staged.create(name, pieces);
  } catch (error) {
    if (!(error instanceof OutputConflictError)) throw error;
  }
}

/**
 * Makes the seek index of a stream and stages it; or, if the time is up before the end, stages a
 * part of it, from which another job goes on. The pass also checks the stream, so a damaged one is
 * refused here. The bytes of the index do not depend on where jobs stop.
 *
 * Does nothing if the index or the next part is there: the job was done by a twin, or before it was
 * lost. Parts of two twins may differ; the first one counts.
 *
 * Reads the rest of the stream, in blocks of 4 MiB. Holds three blocks and the index of at most
 * 33 MiB, the part from which it goes on twice while it is read.
 *
 * @param part number of the part to go on from; 0 to begin.
 * @throws {CorruptSourceError} the stream or the part is damaged.
 * @throws {BoundExceededError} the job found no place to go on from in all its time.
 */
export async function stageSeekIndex(
  task: IndexTask,
  part: number,
  staged: StageStore,
  { signal, isTimeUp }: IndexTime,
): Promise<void> {
  const { name, stream, advice } = task;
  const nextName = partNameOf(name, part + 1);
  if ((await staged.open(indexName(name))) !== undefined) return;
  if ((await staged.open(nextName)) !== undefined) return;
  const from = await readPart(task, staged, part);
  const open = (nextByte: number) => inOrder(blockReads(task, nextByte, signal), BLOCKS_AT_ONCE);
  const progress = await buildSeekIndex(open, stream, { from, isTimeUp });
  if ('index' in progress) return await staged.create(indexName(name), progress.index.pieces);
  const { state } = progress;
  if (state.bit === (from?.bit ?? 0)) {
    throw new BoundExceededError(
      `${stream.where} has no place between two blocks after byte ${Math.floor(state.bit / 8)} of ${stream.compressedBytes} compressed, as far as one function reads, so a pass cannot go on; ${advice}`,
    );
  }
  await createPart(staged, nextName, encodePassState(state, stream.compressedBytes));
}
