import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { CsrLayout } from './csr-layout.ts';
import type { MatrixFormat } from './matrix-format.ts';
import { npz } from './npz/npz.ts';

/** The formats that are read, in the order in which an object is tried on them. */
const FORMATS: readonly MatrixFormat[] = [npz];

/** A format tells itself by its first bytes; the rest are headers that come next anyway. */
const HEAD_BYTES = 1024;

/** The longest end record of a zip file, and room for the directory before it. */
const TAIL_BYTES = 72 * 1024;

function describe(head: Uint8Array): string {
  const hex = Array.from(head.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0'));
  return hex.join(' ');
}

/**
 * Finds the arrays of a sparse matrix, whatever its format; the format is told by content, never by name.
 *
 * Cost: one read for an object below about 140 KiB; otherwise its first KiB, its last 72 KiB and two
 * headers between them. Holds less than 150 KiB.
 *
 * @throws {UnsupportedSourceError} no known format, or a variant whose rows cannot be read; says what to do.
 * @throws {CorruptSourceError} the bytes contradict the format.
 * @throws {BoundExceededError} a header or the number of columns is beyond a bound.
 */
export async function openMatrix(source: ByteSource): Promise<CsrLayout> {
  if (source.size === 0) {
    throw new CorruptSourceError(`${source.uri} is empty (0 bytes), expected a sparse matrix`);
  }
  const probed = await withPrefetched(source, [
    { offset: 0, length: HEAD_BYTES },
    { offset: source.size - TAIL_BYTES, length: TAIL_BYTES },
  ]);
  const head = await probed.read({ offset: 0, length: Math.min(HEAD_BYTES, source.size) });
  const format = FORMATS.find((candidate) => candidate.matches(head));
  if (format !== undefined) return format.open(probed);
  throw new UnsupportedSourceError(
    `${source.uri} begins with ${describe(head)}, which no format that is read does; save the matrix with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`,
  );
}
