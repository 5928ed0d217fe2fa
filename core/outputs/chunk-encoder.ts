import type { Figures } from '#core/checksum/figures.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/**
 * Turns slices into the bytes of one chunk, part by part.
 *
 * The generators yield a part when the buffer that they write to is full and more bytes follow. The
 * caller gives the next empty buffer by `next(buffer)`. So the caller decides how many buffers
 * there are, and encoding waits until one has been sent. An encoder keeps only the buffer that it
 * fills.
 */
export interface ChunkEncoder {
  /**
   * Writes the names of the next columns into the header line, which ends after the last one. If it
   * is called, then for all columns, at least once, and before any slice.
   */
  header(names: Iterable<string>): Generator<Uint8Array, void, Uint8Array>;
  /**
   * Encodes the slice that follows the last one; yields full parts.
   *
   * @param slice its rows are numbered as in the whole output, so the rows before an append count.
   */
  encode(slice: CsrSlice): Generator<Uint8Array, void, Uint8Array>;
  /**
   * True where slices are kept until `end`, which frees their memory. @default false
   */
  readonly holdsSlices?: boolean;
  /**
   * Writes what follows the last slice, such as the end of a compressed stream, before `finish`;
   * absent where nothing does.
   */
  end?(): Generator<Uint8Array, void, Uint8Array>;
  /**
   * Length and CRC-32 of the text that was compressed, known after `end`; absent for plain text.
   */
  readonly content?: Figures;
  /**
   * CRC-32 of the part that was yielded or returned last, if it is known without reading the part;
   * else absent. It is computed from the stored entries, so it proves the text that was made from
   * them.
   */
  readonly partCrc32?: number | undefined;
  /** Records encoded so far; absent if they follow from the rows. */
  readonly recordCount?: number;
  /**
   * Returns the last part: what is in the current buffer. It is empty only if nothing was written.
   */
  finish(): Uint8Array;
}
