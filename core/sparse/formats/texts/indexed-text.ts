import { CorruptSourceError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import { GZIP_INDEX, gzipIndexTask, openGzip } from '#core/stage/gzip-index.ts';
import { INDEX_PREFIX, indexJob, indexName, stageSeekIndex } from '#core/stage/stage-index.ts';
import { plainText, type TextSource } from '#core/text/text-source.ts';

function needsIndex({ isCompressed, source, wholeGzipBytes }: TextSource): boolean {
  return isCompressed && source.size > wholeGzipBytes;
}

/** The text of a gzip file as a plain text of many segments, read through its seek index. */
async function openIndexed(packed: TextSource, index: StagedObject): Promise<TextSource> {
  const inflated = await openGzip(packed.source, index.source);
  return plainText({ ...inflated, uri: packed.uri }, packed);
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
  const index = found.get(indexName(GZIP_INDEX));
  if (index === undefined) return { jobs: [indexJob(found, GZIP_INDEX, 0)] };
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
    `what was staged of ${packed.uri} lacks ${indexName(GZIP_INDEX)}; start the export again, so that it is staged anew`,
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
  await stageSeekIndex(gzipIndexTask(source), part, staged, { signal, isTimeUp });
}
