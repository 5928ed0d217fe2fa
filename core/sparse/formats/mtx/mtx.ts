import type { StageJob } from '#core/objects/stage-job.ts';
import { resolveEntries } from '#core/sparse/formats/convert-entries.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import {
  requireIndexed,
  resolveIndex,
  stageTextIndex,
} from '#core/sparse/formats/texts/indexed-text.ts';
import { stageConversion } from '#core/sparse/stage/convert.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import { INDEX_ROUND } from '#core/stage/stage-index.ts';
import { textHead } from '#core/text/gunzip.ts';
import { openText, readLines, type TextOptions, type TextSource } from '#core/text/text-source.ts';
import { assertLines, countName, stageCount, sumCounts } from './count.ts';
import { EntryReader } from './entry-reader.ts';
import { hasBanner, type MtxHeader, readMtxHeader } from './header.ts';

async function* readEntries(
  text: TextSource,
  header: MtxHeader,
  job: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<EntryBatch> {
  const reader = new EntryReader(text.uri, header);
  for await (const block of readLines(text, job, header.end)) {
    signal?.throwIfAborted();
    yield* reader.read(block);
    if (reader.lines > header.lines) break;
  }
  // If there are several jobs, their lines were counted in an earlier round.
  if (text.jobs === 1) assertLines(text, header, reader.lines);
}

/** The entries in the order of the lines; each is followed by its mirror image if it has one. */
function entrySourceOf(text: TextSource, header: MtxHeader, signal?: AbortSignal): EntrySource {
  return {
    uri: text.uri,
    shape: header.shape,
    dtype: header.dtype,
    maxEntries: header.lines * (header.symmetry === 'general' ? 1 : 2),
    segments: text.jobs,
    readSegment: (segment) => readEntries(text, header, segment, signal),
  };
}

/**
 * The jobs that count the lines of a text of several segments. None if all are counted and the sum
 * is right.
 */
async function resolveCounts(
  text: TextSource,
  header: MtxHeader,
  { staged }: FormatInput,
): Promise<readonly StageJob[]> {
  if (text.jobs === 1) return [];
  const found = await staged.list('count/');
  const jobs = Array.from({ length: text.jobs }, (_, index) => ({ round: 'count', index }));
  const missing = jobs.filter(({ index }) => !found.has(countName(index)));
  if (missing.length === 0) assertLines(text, header, await sumCounts(found.values()));
  return missing;
}

/** How a Matrix Market file is read. */
export interface MtxReading {
  readonly format: 'mtx' | '10x-mtx';
  /** What becomes of its entries. @default nothing */
  readonly turn?: (entries: EntrySource) => EntrySource;
  readonly text?: TextOptions;
}

const asStored = (entries: EntrySource) => entries;

/** Resolves the Matrix Market file that is the source of the input. */
export async function resolveMtx(
  input: FormatInput,
  { format, turn = asStored, text: options = {} }: MtxReading,
): Promise<Resolution> {
  const packed = await openText(input.source, options);
  const header = await readMtxHeader(packed);
  const indexing = await resolveIndex(packed, input.staged);
  const { shape, dtype, maxEntries: entries } = turn(entrySourceOf(packed, header));
  const said = { shape, stored: { dtype, entries } };
  if ('jobs' in indexing) return { ...indexing, ...said };
  const { text } = indexing;
  const counts = await resolveCounts(text, header, input);
  if (counts.length > 0) return { jobs: counts, ...said };
  return await resolveEntries(format, turn(entrySourceOf(text, header)), input.staged);
}

/** Does one job that {@link resolveMtx} returned. */
export async function stageMtx(
  job: StageJob,
  input: FormatInput,
  { turn = asStored, text: options = {} }: MtxReading,
  signal?: AbortSignal,
): Promise<void> {
  if (job.round === INDEX_ROUND) return await stageTextIndex(job, input, signal);
  const { staged } = input;
  const text = await requireIndexed(await openText(input.source, options), staged);
  const header = await readMtxHeader(text);
  if (job.round === 'count') await stageCount(text, header, job.index, { staged, signal });
  else await stageConversion(turn(entrySourceOf(text, header, signal)), staged, job);
}

/** Creates the format of Matrix Market files, plain or gzip. Tests use small segments. */
export function createMtx(text: TextOptions = {}): MatrixFormat {
  const reading = { format: 'mtx', text } as const;
  return {
    name: 'mtx',
    matches: (head) => hasBanner(textHead(head)),
    resolve: (input) => resolveMtx(input, reading),
    stage: (job, input, signal) => stageMtx(job, input, reading, signal),
  };
}

/**
 * What `scipy.io.mmwrite` writes for a sparse matrix. Lines are in any order, so the matrix is
 * converted. A gzip file of more than 4 MiB gets a seek index first, as its text has segments too.
 * The lines of a text of several segments of 64 MiB are counted first, because the
 * header says how many there must be.
 */
export const mtx: MatrixFormat = createMtx();
