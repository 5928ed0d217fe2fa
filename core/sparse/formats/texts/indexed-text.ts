import type { GzipStream } from '#core/containers/deflate/indexed-stream.ts';
import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import { readDeflatedSize } from '#core/containers/deflate/seek-index.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import {
  INDEX_PREFIX,
  indexJob,
  indexName,
  stageSeekIndex,
} from '#core/sparse/stage/stage-index.ts';
import { plainText, type TextSource } from '#core/text/text-source.ts';

/** Name of the seek index of a gzip text among what is staged. */
const NAME = 'text';

function needsIndex({ isCompressed, source, wholeGzipBytes }: TextSource): boolean {
  return isCompressed && source.size > wholeGzipBytes;
}

/** The text of a gzip file as a plain text of many segments, read through its seek index. */
async function openIndexed(packed: TextSource, index: StagedObject): Promise<TextSource> {
  const { source: compressed, uri } = packed;
  const { bytes: size } = await readDeflatedSize(index.source);
  const range = { offset: 0, length: compressed.size };
  const inflated = inflatedSource({
    compressed,
    range,
    size,
    index: index.source,
    container: 'gzip',
  });
  return plainText({ ...inflated, uri }, packed);
}

/**
 * Finds the seek index of a text in gzip, if it is so large that it needs one. Any other text is
 * returned as it is, without a request. One LIST, and a read of 25 kB if the index is there.
 *
 * @returns the text, plain if it was indexed; or the job that makes the index or goes on with it.
 * @throws {CorruptSourceError} the index is damaged.
 */
export async function resolveIndex(
  packed: TextSource,
  staged: StageStore,
): Promise<{ readonly text: TextSource } | { readonly jobs: readonly StageJob[] }> {
  if (!needsIndex(packed)) return { text: packed };
  const found = await staged.list(INDEX_PREFIX);
  const index = found.get(indexName(NAME));
  if (index === undefined) return { jobs: [indexJob(found, NAME, 0)] };
  return { text: await openIndexed(packed, index) };
}

/**
 * Opens a text for a job that comes after those of {@link resolveIndex}.
 *
 * @throws {CorruptSourceError} the index was removed.
 */
export async function requireIndexed(packed: TextSource, staged: StageStore): Promise<TextSource> {
  const resolved = await resolveIndex(packed, staged);
  if ('text' in resolved) return resolved.text;
  throw new CorruptSourceError(
    `what was staged of ${packed.uri} lacks ${indexName(NAME)}; start the export again, so that it is staged anew`,
  );
}

/**
 * Does a job that {@link resolveIndex} returned.
 *
 * @throws as {@link stageSeekIndex} does.
 */
export async function stageTextIndex(
  { part = 0 }: StageJob,
  { source, staged, isTimeUp }: FormatInput,
  signal: AbortSignal | undefined,
): Promise<void> {
  const range = { offset: 0, length: source.size };
  const stream: GzipStream = {
    where: source.uri,
    compressedBytes: source.size,
    container: 'gzip',
  };
  const task = { source, range, stream, name: NAME, advice: 'unpack it' };
  await stageSeekIndex(task, part, staged, { signal, isTimeUp });
}
