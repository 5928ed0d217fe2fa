import type { ChunkTarget } from '#core/outputs/output.ts';
import type { CsvSpec } from './csv-spec.ts';
import { type Density, isSparse } from './gzip/density.ts';

/** A writer sends so much text in 7 to 14 s, so starting it costs little in comparison. */
const PLAIN: ChunkTarget = { bytes: 512 * 1024 ** 2 };

/**
 * Where few cells are stored, a gzip member is made from these alone, and is a hundredth of the
 * text: 512 MiB would be half a second of work. What takes time is the entries.
 */
const SPARSE_GZIP: ChunkTarget = { bytes: 8 * 1024 ** 3, entries: 2 ** 28 };

/**
 * The same as a part of one object, which has at most 5 GiB: no member has twice the bytes of its
 * text.
 */
const SPARSE_PART: ChunkTarget = { bytes: 2 * 1024 ** 3, entries: 2 ** 26 };

/** Where many are stored, zlib compresses the whole text. */
const DENSE_GZIP: ChunkTarget = { bytes: 512 * 1024 ** 2 };

/** Text of a chunk of a matrix of few entries, bytes. */
export const AUTOMATIC_TEXT = { none: PLAIN.bytes, gzip: SPARSE_GZIP.bytes } as const;

/**
 * Least speeds of one whole vCPU, for which the targets are made: the slowest encoder that makes
 * members from entries, and zlib at its default level with the text that it finds hardest (digits
 * with nothing that repeats).
 * @see docs/decisions/0014-writer-memory-and-chunk-size.md
 */
export const SLOWEST = { entrySeconds: 300e-9, zlibBytesPerSecond: 8e6 } as const;

/** How large a chunk of a matrix of this density is where a request does not say. */
export function automaticTarget(
  { compression, single }: Pick<CsvSpec, 'compression' | 'single'>,
  columns: number,
  density: Density,
): ChunkTarget {
  if (compression === 'none') return PLAIN;
  if (!isSparse(columns, density)) return DENSE_GZIP;
  return single === true ? SPARSE_PART : SPARSE_GZIP;
}
