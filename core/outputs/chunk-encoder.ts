import type { Figures } from '#core/checksum/figures.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/**
 * Turns slices into the bytes of one chunk, part by part.
 *
 * The generators yield a part whenever the buffer they write to is full and more follows, and are
 * handed the next empty buffer by `next(buffer)`. So the caller decides how many buffers exist, and
 * encoding waits for sending. Nothing is kept but the buffer under way.
 */
export interface ChunkEncoder {
  /** Writes the header line; to be called before any slice, if at all. */
  header(names: Iterable<string>): Generator<Uint8Array, void, Uint8Array>;
  /**
   * Encodes the slice that follows the last one; yields full parts.
   *
   * @param slice its rows have their numbers in the whole output, those before an append included.
   */
  encode(slice: CsrSlice): Generator<Uint8Array, void, Uint8Array>;
  /** Ends what is compressed, after the last slice and before `finish`; absent for plain text. */
  end?(): Generator<Uint8Array, void, Uint8Array>;
  /**
   * Length and CRC-32 of the text inside what is compressed, known after `end`; absent for plain
   * text.
   */
  readonly content?: Figures;
  /**
   * CRC-32 of the part that was yielded or returned last, where it is known without reading the
   * part: made from the stored entries, it proves the text that was made of them. Else absent.
   */
  readonly partCrc32?: number | undefined;
  /** Records encoded so far; absent if they follow from the rows. */
  readonly recordCount?: number;
  /** Returns what the buffer under way holds: the last part, empty only if nothing was written. */
  finish(): Uint8Array;
}
