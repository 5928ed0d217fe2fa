import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import type { GivenSource } from '#cli/sources/with-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { RowRange } from '#core/contract.ts';
import { ManifestError } from '#core/errors.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { type SourceFacts, sourceOf } from '#core/sources/source-kinds.ts';
import { firstDifference } from './first-difference.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { readSegments } from './read-segments.ts';
import { sampleIndices } from './sample-indices.ts';

/** Which chunks are derived again. */
interface Sample {
  readonly sample: number;
  readonly seed: number;
  /** Place of the labels of the rows of the given source. @default those of the manifest */
  readonly labelUri?: string | undefined;
}

/** Rows of an output that the given source may hold: those of one generation, or all. */
interface Span extends RowRange {
  readonly facts: SourceFacts;
  /** Bytes of the source. */
  readonly size: number;
}

/** The whole output, then each generation of it, the newest first. */
function spansOf({ facts, generations }: Manifest): readonly [Span, ...Span[]] {
  const each = generations.map(({ rowStart, rowEnd, facts: own, source: { size } }) => {
    return { rowStart, rowEnd, facts: own, size };
  });
  const size = each.reduce((sum, span) => sum + span.size, 0);
  const whole = { rowStart: 0, rowEnd: each.at(-1)!.rowEnd, facts, size };
  return each.length === 1 ? [whole] : [whole, ...each.reverse()];
}

/** Finds where a source differs from what the manifest says of some rows. */
function differences({ pin, layout }: GivenSource, { facts, size }: Span): string[] {
  const given = { size: pin.size, ...sourceOf(layout).identity };
  const expected: Readonly<Record<string, unknown>> = { size, ...sourceOf(facts).identity };
  return Object.entries(given)
    .filter(([name, got]) => got !== expected[name])
    .map(([name, got]) => `the source's ${name} is ${got}, the manifest says ${expected[name]}`);
}

/** @throws {ManifestError} the source is neither the whole output nor one of its generations. */
function matchingSpans(given: GivenSource, manifest: Manifest): readonly Span[] {
  const [whole, ...generations] = spansOf(manifest);
  const spans = [whole, ...generations].filter((span) => differences(given, span).length === 0);
  if (spans.length > 0) return spans;
  const problems = differences(given, whole).join('; ');
  if (generations.length === 0) throw new ManifestError(problems);
  throw new ManifestError(
    `the source is neither the whole output nor one of its ${generations.length} generations; compared with the whole output, ${problems}`,
  );
}

/** The source, with those labels of all generations that its rows have. */
function labelledIn({ manifest }: StoredRun, source: OpenedSource, offset: number): OpenedSource {
  const shift = manifest.generations[0]!.rowStart - offset;
  const storedLabels = source.storedLabels?.map((each) => {
    return { ...each, rowStart: each.rowStart + shift };
  });
  return { ...source, storedLabels };
}

async function differs(
  run: StoredRun,
  { source, columnNames }: GivenSource,
  rows: RowRange,
  piece: Piece,
): Promise<string | undefined> {
  const { output: spec } = run.manifest;
  if (spec.kind === 'table') throw new ManifestError('the output is of a table, not of a matrix');
  const output = matrixOutputOf(spec);
  const { index } = piece;
  const rowsBefore = piece.rowStart - rows.rowStart;
  const { labelColumn } = run.manifest.facts.kind === 'matrix' ? run.manifest.facts : source;
  const labelled = { ...source, labelColumn };
  const again = encodedBytes(labelled, { index, ...rows, rowsBefore }, spec, columnNames);
  const difference = await piece.with((chunk) =>
    firstDifference(
      output.content(readBlocks(chunk), chunk.uri),
      output.content(again, `chunk ${index}, derived again,`),
    ),
  );
  if (difference === undefined) return undefined;
  return `chunk ${index} differs at byte ${difference} from what the source gives`;
}

/** Derives sampled chunks of a span. @returns their indices, or the first difference. */
async function rederiveSpan(
  run: StoredRun,
  given: GivenSource,
  { rowStart: offset, rowEnd: end }: Span,
  { sample, seed, labelUri }: Sample,
): Promise<number[] | string> {
  const source = labelUri === undefined ? labelledIn(run, given.source, offset) : given.source;
  const pieces = piecesOf(run, await readSegments(run)).filter(
    ({ rowStart, rowEnd }) => rowStart >= offset && rowEnd <= end,
  );
  const sampled = sampleIndices(pieces.length, sample, seed).map((index) => pieces[index]!);
  for (const piece of sampled) {
    const rows = { rowStart: piece.rowStart - offset, rowEnd: piece.rowEnd - offset };
    const difference = await differs(run, { ...given, source }, rows, piece);
    if (difference !== undefined) return difference;
  }
  return sampled.map(({ index }) => index);
}

/**
 * Derives sampled chunks again from the source of the whole output, or of one of its generations.
 *
 * @returns the indices of the chunks, which are equal byte for byte.
 * @throws {ManifestError} it is the source of none of them, or a chunk differs.
 */
export async function rederiveSample(
  run: StoredRun,
  given: GivenSource,
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
