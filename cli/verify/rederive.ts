import { encodeRows } from '#cli/encode-rows.ts';
import { firstDifference } from '#cli/outputs/read-chunk.ts';
import { readText } from '#cli/outputs/read-text.ts';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import type { OpenedMatrix } from '#cli/sources/open-source.ts';
import type { RowRange } from '#core/contract.ts';
import { ManifestError } from '#core/errors.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import { sampleIndices } from './sample-indices.ts';

/** Which chunks are derived again. */
interface Sample {
  readonly sample: number;
  readonly seed: number;
}

/** Rows of a set that a source may be: those of one generation, or all. */
interface Span extends RowRange {
  readonly nnz: number;
  /** Bytes of the source. */
  readonly size: number;
}

/** The whole set, then each generation of it, the newest first. */
function spansOf({ matrix, source, generations = [] }: Manifest): readonly [Span, ...Span[]] {
  const each = generations.map(({ rowStart, rowEnd, nnz, source: { size } }) => {
    return { rowStart, rowEnd, nnz, size };
  });
  if (each.length <= 1) {
    return [{ rowStart: 0, rowEnd: matrix.shape[0], nnz: matrix.nnz, size: source.size }];
  }
  const size = each.reduce((sum, span) => sum + span.size, 0);
  return [{ rowStart: 0, rowEnd: matrix.shape[0], nnz: matrix.nnz, size }, ...each.reverse()];
}

/** In what a source is not what the manifest says of some rows. */
function differences(given: OpenedMatrix, { matrix }: Manifest, span: Span): string[] {
  const { shape, dtype, nnz } = given.matrix;
  const rows = span.rowEnd - span.rowStart;
  const facts = [
    ['size', given.pin.size, span.size],
    ['shape', shape.join(' x '), `${rows} x ${matrix.shape[1]}`],
    ['dtype', dtype, matrix.dtype],
    ['nnz', nnz, span.nnz],
  ] as const;
  return facts
    .filter(([, got, expected]) => got !== expected)
    .map(
      ([fact, got, expected]) => `the source's ${fact} is ${got}, the manifest says ${expected}`,
    );
}

/** @throws {ManifestError} the source is neither the whole set nor one of its generations. */
function matchingSpans(given: OpenedMatrix, manifest: Manifest): readonly Span[] {
  const [whole, ...generations] = spansOf(manifest);
  const spans = [whole, ...generations].filter(
    (span) => differences(given, manifest, span).length === 0,
  );
  if (spans.length > 0) return spans;
  const problems = differences(given, manifest, whole).join('; ');
  if (generations.length === 0) throw new ManifestError(problems);
  throw new ManifestError(
    `the source is none of the ${generations.length} generations, nor all of them: ${problems} of all`,
  );
}

async function differs(
  run: StoredRun,
  given: OpenedMatrix,
  rows: RowRange,
  entry: ManifestEntry,
): Promise<string | undefined> {
  const { dialect, compression } = run.manifest;
  const header = entry.index === 0 ? dialect.header : 'none';
  const text = encodeRows(given.matrix, rows, {
    dialect: { ...dialect, header },
    compression: 'none',
  });
  const difference = await run.withChunk(entry, (chunk) =>
    firstDifference(readText(chunk, compression), text),
  );
  if (difference === undefined) return undefined;
  return `chunk ${entry.index} differs at byte ${difference} from what the source gives`;
}

/** Derives sampled chunks of a span. @returns their indices, or in what the first of them differs. */
async function rederiveSpan(
  run: StoredRun,
  given: OpenedMatrix,
  { rowStart: offset, rowEnd: end }: Span,
  { sample, seed }: Sample,
): Promise<number[] | string> {
  const entries = run.manifest.entries.filter(
    ({ rowStart, rowEnd }) => rowStart >= offset && rowEnd <= end,
  );
  const sampled = sampleIndices(entries.length, sample, seed).map((index) => entries[index]!);
  for (const entry of sampled) {
    const rows = { rowStart: entry.rowStart - offset, rowEnd: entry.rowEnd - offset };
    const difference = await differs(run, given, rows, entry);
    if (difference !== undefined) return difference;
  }
  return sampled.map(({ index }) => index);
}

/**
 * Derives sampled chunks from a source again: that of the whole set, or of one of its generations.
 *
 * @returns the indices of the chunks, which are equal byte for byte.
 * @throws {ManifestError} the source is another one, or a chunk differs.
 */
export async function rederiveSample(
  run: StoredRun,
  given: OpenedMatrix,
  sample: Sample,
): Promise<number[]> {
  let problem = '';
  // Two generations may have the same size and shape.
  for (const span of matchingSpans(given, run.manifest)) {
    const found = await rederiveSpan(run, given, span, sample);
    if (typeof found !== 'string') return found;
    problem ||= found;
  }
  throw new ManifestError(problem);
}
