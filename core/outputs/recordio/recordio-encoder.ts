import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { labelValues } from './label-values.ts';
import {
  FEATURE_KEY,
  keyBytes,
  labelHead,
  type RecordLengths,
  recordLengths,
  varintBytes,
  writeVarint,
} from './record-layout.ts';
import type { Tensor } from './recordio-spec.ts';
import { tensorValues, VALUE_BYTES } from './tensor-values.ts';

const MAGIC = 0xced7230a;

/** Tags of fields that hold bytes: of `Record`, of the entry of a map, of `Value`, of a tensor. */
const TAGS = {
  features: 0x0a,
  mapValue: 0x12,
  float32: 0x12,
  float64: 0x1a,
  values: 0x0a,
  keys: 0x12,
  shape: 0x1a,
} as const;

/** What stands before the values, or between and behind them, is shorter. */
const STEP_BYTES = 96;

const MAX_KEY_BYTES = 5;

/**
 * What the label is: the first column, and the next one is then the first column; or the text that
 * slices have for each row.
 */
export type LabelKind = 'none' | 'column' | 'text';

interface RecordioOptions {
  readonly columns: number;
  readonly tensor: Tensor;
  readonly label: LabelKind;
  readonly buffer: Uint8Array;
}

/** What of a record is written next. */
type Stage = 'head' | 'values' | 'keys-head' | 'keys' | 'tail';

/** Writes the records of a slice, and goes on where there was no more room. */
class SliceWriter {
  readonly #slice: CsrSlice;
  readonly #options: RecordioOptions;
  /** Values of all rows. */
  readonly #values: Uint8Array;
  readonly #valueBytes: number;
  #row = 0;
  #stage: Stage = 'head';
  /** Next byte of the values, or next entry of the keys. */
  #next = 0;
  #lengths: RecordLengths = recordLengths({ values: 0, keys: 0, columns: 0, label: 0 });
  /** First entry of the row that is none of its label. */
  #start = 0;
  /** What is subtracted from columns. */
  readonly #first: number;
  /** What the label of each record begins with; empty where there is none. */
  readonly #label: Uint8Array;
  /** Values of labels that are no column. */
  readonly #labels: Uint8Array | undefined;

  constructor(slice: CsrSlice, options: RecordioOptions) {
    this.#slice = slice;
    this.#options = options;
    this.#values = tensorValues(slice.data, options.tensor);
    this.#valueBytes = VALUE_BYTES[options.tensor];
    const { label, tensor } = options;
    this.#first = label === 'column' ? 1 : 0;
    const head = labelHead(TAGS[tensor], this.#valueBytes);
    this.#label = label === 'none' ? new Uint8Array(0) : head;
    this.#labels = slice.rowNames && labelValues(slice.rowNames, tensor);
  }

  get isDone(): boolean {
    return this.#row === this.#slice.indptr.length - 1;
  }

  /** Writes from `from` on, as long as there is room; returns the offset after it. */
  fill(target: Uint8Array, from: number): number {
    let at = from;
    while (!this.isDone) {
      const before = this.#stage;
      const row = this.#row;
      at = this.#write(target, at);
      if (this.#stage === before && this.#row === row) break;
    }
    return at;
  }

  /** Writes the stage under way; it stays where it does not end. */
  #write(target: Uint8Array, at: number): number {
    if (this.#stage === 'values') return this.#writeValues(target, at);
    if (this.#stage === 'keys') return this.#writeKeys(target, at);
    if (at + STEP_BYTES > target.length) return at;
    if (this.#stage === 'head') return this.#writeHead(target, at);
    if (this.#stage === 'tail') return this.#writeTail(target, at);
    this.#stage = 'keys';
    this.#next = this.#start;
    target[at] = TAGS.keys;
    return writeVarint(this.#lengths.keys, target, at + 1);
  }

  #writeHead(target: Uint8Array, from: number): number {
    const { indptr, indices } = this.#slice;
    const { columns, tensor, label: kind } = this.#options;
    const rowStart = indptr[this.#row]!;
    const end = indptr[this.#row + 1]!;
    const isLabelled = kind === 'column' && rowStart < end && indices[rowStart] === 0;
    const start = isLabelled ? rowStart + 1 : rowStart;
    this.#start = start;
    const keys = keyBytes(indices, { start, end, first: this.#first });
    const values = (end - start) * this.#valueBytes;
    const label = kind === 'none' ? 0 : this.#valueBytes;
    const lengths = recordLengths({ values, keys, columns: columns - this.#first, label });
    this.#lengths = lengths;
    this.#next = start * this.#valueBytes;
    this.#stage = start === end ? 'tail' : 'values';
    const view = new DataView(target.buffer, target.byteOffset);
    view.setUint32(from, MAGIC, true);
    view.setUint32(from + 4, lengths.record, true);
    let at = from + 8;
    target[at] = TAGS.features;
    at = writeVarint(lengths.feature, target, at + 1);
    target.set(FEATURE_KEY, at);
    at += FEATURE_KEY.length;
    target[at] = TAGS.mapValue;
    at = writeVarint(lengths.value, target, at + 1);
    target[at] = TAGS[tensor];
    at = writeVarint(lengths.tensor, target, at + 1);
    if (start === end) return at;
    target[at] = TAGS.values;
    return writeVarint(lengths.values, target, at + 1);
  }

  #writeValues(target: Uint8Array, at: number): number {
    const end = this.#slice.indptr[this.#row + 1]! * this.#valueBytes;
    const bytes = this.#values.subarray(this.#next, Math.min(end, this.#next + target.length - at));
    target.set(bytes, at);
    this.#next += bytes.length;
    if (this.#next === end) this.#stage = 'keys-head';
    return at + bytes.length;
  }

  #writeKeys(target: Uint8Array, from: number): number {
    const { indptr, indices } = this.#slice;
    const end = indptr[this.#row + 1]!;
    const limit = target.length - MAX_KEY_BYTES;
    let entry = this.#next;
    let at = from;
    for (; entry < end && at <= limit; entry += 1) {
      let rest = indices[entry]! - this.#first;
      for (; rest >= 0x80; rest >>>= 7) target[at++] = 0x80 | (rest & 0x7f);
      target[at++] = rest;
    }
    this.#next = entry;
    if (entry === end) this.#stage = 'tail';
    return at;
  }

  #writeTail(target: Uint8Array, from: number): number {
    const columns = this.#options.columns - this.#first;
    target[from] = TAGS.shape;
    const after = writeVarint(varintBytes(columns), target, from + 1);
    const end = this.#writeLabel(target, writeVarint(columns, target, after));
    const padding = -this.#lengths.record & 3;
    target.fill(0, end, end + padding);
    this.#stage = 'head';
    this.#row += 1;
    return end + padding;
  }

  /** Writes the label, 0 where it is a column and not stored; returns the offset after it. */
  #writeLabel(target: Uint8Array, at: number): number {
    if (this.#label.length === 0) return at;
    const from = at + this.#label.length;
    const end = from + this.#valueBytes;
    target.set(this.#label, at);
    if (this.#labels !== undefined) {
      const byte = this.#row * this.#valueBytes;
      target.set(this.#labels.subarray(byte, byte + this.#valueBytes), from);
      return end;
    }
    target.fill(0, from, end);
    const rowStart = this.#slice.indptr[this.#row]!;
    if (this.#start === rowStart) return end;
    const byte = rowStart * this.#valueBytes;
    target.set(this.#values.subarray(byte, byte + this.#valueBytes), from);
    return end;
  }
}

class RecordioEncoder implements ChunkEncoder {
  readonly #options: RecordioOptions;
  readonly #out: PartWriter;
  readonly #step = new Uint8Array(STEP_BYTES);

  constructor(options: RecordioOptions) {
    this.#options = options;
    this.#out = new PartWriter(options.buffer);
  }

  /** The format has no names. */
  *header(): Parts {}

  *encode(slice: CsrSlice): Parts {
    const writer = new SliceWriter(slice, this.#options);
    for (;;) {
      this.#out.at = writer.fill(this.#out.part, this.#out.at);
      if (writer.isDone) return;
      // What does not fit into the part.
      yield* this.#out.write(this.#step.subarray(0, writer.fill(this.#step, 0)));
    }
  }

  finish(): Uint8Array {
    return this.#out.last();
  }
}

/**
 * Creates the encoder of one chunk's records. Values are copied as they lie, if they have the type
 * of the tensor; else it takes a copy of a slice's values.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html
 */
export function createRecordioEncoder(options: RecordioOptions): ChunkEncoder {
  return new RecordioEncoder(options);
}
