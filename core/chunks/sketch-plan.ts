import { isFloat } from '#core/elements/dtype.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import { type MatrixFacts, storedEntries } from '#core/sparse/matrix-facts.ts';
import { stagedBytesOf } from '#core/sparse/sketched-facts.ts';
import type { TalliedChunks } from './chunk-tally.ts';
import { encodingOf } from './predict-output.ts';

/** Where values usually lie between the shortest and the longest text. */
const LENGTH_SHARE = { integer: 0.05, float: 0.6 } as const;

/** Bytes of an entry in gzip that is made from entries, and of text for a byte of other gzip. */
const GZIP_ENTRY_BYTES = { integer: 5, float: 15 } as const;
const GZIP_RATIO = 4;

/** Bytes of a slice in the source of a writer, and its reads. */
const SLICE_BYTES = 2 * 1024 ** 2;
const SLICE_READS = 2;

/** A matrix of which only headers were read. */
export interface SketchedMatrix {
  readonly facts: MatrixFacts;
  readonly output: MatrixOutputSpec;
  readonly chunking: Chunking;
}

function chunksOf({ facts, output: spec, chunking }: SketchedMatrix, bytes: number): number {
  const [rows] = facts.shape;
  if (chunking !== 'automatic' && 'rows' in chunking) {
    return Math.max(1, Math.ceil(rows / chunking.rows));
  }
  const target = chunking === 'automatic' ? matrixOutputOf(spec).automaticTarget(facts) : chunking;
  const most = 'targetBytes' in target ? target.targetBytes : target.bytes;
  return Math.max(1, Math.ceil(bytes / most));
}

function storedBytes({ facts, output }: SketchedMatrix, text: number): number {
  const encoding = encodingOf(facts, output);
  if (encoding === 'plain') return text;
  if (encoding === 'compressed') return Math.round(text / GZIP_RATIO);
  return storedEntries(facts) * GZIP_ENTRY_BYTES[isFloat(facts.dtype) ? 'float' : 'integer'];
}

/** What writers would do, guessed from headers alone: of a source that must be staged first. */
export function sketchChunks(matrix: SketchedMatrix): TalliedChunks {
  const { facts, output } = matrix;
  const { min, max } = matrixOutputOf(output).bounds(facts);
  const share = LENGTH_SHARE[isFloat(facts.dtype) ? 'float' : 'integer'];
  const text = Math.round(min + share * (max - min));
  const chunks = chunksOf(matrix, max);
  const stored = storedBytes(matrix, text);
  const each = (bytes: number) => Math.round(bytes / chunks);
  const bytes = stagedBytesOf(facts);
  const slices = Math.ceil(bytes / chunks / SLICE_BYTES);
  return {
    chunks,
    text: { min: each(text), max: each(text), all: text },
    stored: { min: each(stored), max: each(stored), all: stored },
    puts: chunks,
    gets: chunks * (2 + SLICE_READS * slices),
    longestRowBytes: Math.round(bytes / Math.max(facts.shape[0], 1)),
  };
}
