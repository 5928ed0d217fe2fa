import { type CellWriter, createCellWriter } from '#core/elements/cell-writer.ts';
import type { DType } from '#core/elements/dtype.ts';
import { writeInteger } from '#core/elements/number-text.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { HeldSlices } from '#core/outputs/held-slices.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { maxEntryBytes, mtxHead } from './mtx-text.ts';

const SPACE = 0x20;
const LINE_FEED = 0x0a;
const UTF8 = new TextEncoder();
const NAN = UTF8.encode('nan');
const NOTHING = new Uint8Array(0);

/** How far a slice is encoded. */
interface Cursor {
  row: number;
  entry: number;
}

interface MtxOptions {
  readonly columns: number;
  readonly dtype: DType;
  readonly buffer: Uint8Array;
}

class MtxEncoder implements ChunkEncoder {
  readonly holdsSlices = true;
  readonly #options: MtxOptions;
  readonly #out: PartWriter;
  readonly #held = new HeldSlices();
  /** Room of the longest line. */
  #line = NOTHING;

  constructor(options: MtxOptions) {
    this.#options = options;
    this.#out = new PartWriter(options.buffer);
  }

  /** The format has no names. */
  *header(): Parts {}

  /** Writes nothing before all entries are counted. */
  *encode(slice: CsrSlice): Parts {
    this.#held.add(slice);
    yield* this.#out.write(NOTHING);
  }

  *end(): Parts {
    const { columns, dtype } = this.#options;
    const { rows, entries } = this.#held;
    yield* this.#out.write(UTF8.encode(mtxHead(dtype, [rows, columns, entries])));
    this.#line = new Uint8Array(maxEntryBytes(rows, columns, dtype));
    for (const slice of this.#held.read()) yield* this.#encodeSlice(slice, slice.rowsBefore);
    this.#held.release();
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  *#encodeSlice(slice: CsrSlice, rowsBefore: number): Parts {
    const { dtype } = this.#options;
    const write = createCellWriter(slice.data, dtype === 'bool' ? 'uint8' : dtype, NAN);
    const entries = slice.indices.length;
    const cursor = { row: 0, entry: 0 };
    const fill = (target: Uint8Array, at: number) =>
      this.#fill({ slice, write, cursor, rowsBefore }, target, at);
    for (;;) {
      this.#out.at = fill(this.#out.part, this.#out.at);
      if (cursor.entry === entries) return;
      // What may not fit into the part: in a buffer of one line there is room for just one.
      yield* this.#out.write(this.#line.subarray(0, fill(this.#line, 0)));
    }
  }

  /** Writes lines from `from` on, as long as the longest one fits; returns the offset after. */
  #fill(
    {
      slice: { indptr, indices },
      write,
      cursor,
      rowsBefore,
    }: {
      readonly slice: CsrSlice;
      readonly write: CellWriter;
      readonly cursor: Cursor;
      readonly rowsBefore: number;
    },
    target: Uint8Array,
    from: number,
  ): number {
    const limit = target.length - this.#line.length;
    const entries = indices.length;
    let { row, entry } = cursor;
    let at = from;
    for (; entry < entries && at <= limit; entry += 1) {
      while (indptr[row + 1]! <= entry) row += 1;
      at = writeInteger(rowsBefore + row + 1, target, at);
      target[at] = SPACE;
      at = writeInteger(indices[entry]! + 1, target, at + 1);
      target[at] = SPACE;
      at = write(entry, target, at + 1);
      target[at++] = LINE_FEED;
    }
    Object.assign(cursor, { row, entry });
    return at;
  }
}

/** Creates the encoder of one Matrix Market file. It keeps the slices of its chunk until `end`. */
export function createMtxEncoder(options: MtxOptions): ChunkEncoder {
  return new MtxEncoder(options);
}
