import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import type { RowRun, RowWatcher } from './plan-matrix.ts';
import { type ByteRates, bytesAt, type PredictedOutput } from './predict-output.ts';
import { SliceReads } from './slice-reads.ts';

/** Bytes of chunks: of the smallest, of the largest and of all. */
interface TalliedBytes {
  readonly min: number;
  readonly max: number;
  readonly all: number;
}

/** What the writers of a plan do. */
export interface TalliedChunks {
  readonly chunks: number;
  readonly text: TalliedBytes;
  readonly stored: TalliedBytes;
  /** PUT and POST of all writers. */
  readonly puts: number;
  /** GET and HEAD of all writers. */
  readonly gets: number;
  /** Bytes of `indices` and `data` of the longest row. */
  readonly longestRowBytes: number;
}

/** Requests of an upload in parts beside those of its parts. */
const UPLOAD_REQUESTS = 2;

interface TakenChunk {
  readonly rows: number;
  readonly entries: number;
  readonly isFirst: boolean;
}

class BytesTally {
  readonly #rates: ByteRates;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #all = 0;

  constructor(rates: ByteRates) {
    this.#rates = rates;
  }

  /** @returns the bytes of a chunk */
  add({ rows, entries, isFirst }: TakenChunk, least = 0): number {
    const rates = isFirst ? this.#rates : { ...this.#rates, header: 0 };
    const bytes = Math.max(least, bytesAt(rates, { chunks: 1, rows, entries }));
    this.#min = Math.min(this.#min, bytes);
    this.#max = Math.max(this.#max, bytes);
    this.#all += bytes;
    return bytes;
  }

  get bytes(): TalliedBytes {
    return {
      min: Math.round(this.#min),
      max: Math.round(this.#max),
      all: Math.round(this.#all),
    };
  }
}

/**
 * Counts, while rows are cut into chunks, how large these are expected to be and which requests
 * their writers send.
 */
export class ChunkTally implements RowWatcher {
  readonly #reads: SliceReads;
  readonly #isCompressed: boolean;
  readonly #isPart: boolean;
  readonly #namesReads: number;
  readonly #entryBytes: number;
  readonly #text: BytesTally;
  readonly #stored: BytesTally;
  #chunks = 0;
  #rows = 0;
  #entries = 0;
  #puts = 0;
  #gets = 0;
  #longest = 0;

  /** @param namesReads requests for the names of the columns, where the first chunk has them. */
  constructor(
    source: OpenedSource,
    output: MatrixOutputSpec,
    { predicted, namesReads }: { readonly predicted: PredictedOutput; readonly namesReads: number },
  ) {
    const { isCompressed, isSingle = false } = matrixOutputOf(output);
    this.#reads = new SliceReads(source.parts);
    this.#isCompressed = isCompressed;
    this.#isPart = isSingle;
    this.#namesReads = namesReads;
    const entryBytes = source.parts.map(
      ({ part }) => ITEM_BYTES[part.indices.dtype] + ITEM_BYTES[part.data.dtype],
    );
    this.#entryBytes = Math.max(...entryBytes);
    this.#text = new BytesTally(predicted.text);
    this.#stored = new BytesTally(predicted.stored);
  }

  rows(run: RowRun, begins: boolean): void {
    if (begins && this.#rows > 0) this.#close(false);
    this.#reads.rows(run);
    this.#rows += run.ends.length;
    this.#entries += run.ends.at(-1)! - run.start;
    this.#longest = Math.max(this.#longest, run.longest);
  }

  end(): void {
    this.#close(true);
  }

  /** All chunks, once there are no more rows. */
  get tallied(): TalliedChunks {
    return {
      ...{ chunks: this.#chunks, puts: this.#puts, gets: this.#gets },
      ...{ text: this.#text.bytes, stored: this.#stored.bytes },
      longestRowBytes: this.#longest * this.#entryBytes,
    };
  }

  #close(isLast: boolean): void {
    const isFirst = this.#chunks === 0;
    const chunk = { rows: this.#rows, entries: this.#entries, isFirst };
    // A part of one object that is too short is lengthened.
    const isLengthened = this.#isPart && this.#isCompressed && !isLast;
    const text = this.#text.add(chunk);
    const stored = this.#stored.add(chunk, isLengthened ? PART_BYTES_OF_OBJECT.least : 0);
    const reads = this.#reads.end();
    // Text that does not fit into its buffer is made once more while it is sent.
    const isStreamed = text > PART_BYTES && (this.#isPart || !this.#isCompressed);
    const layout = 1;
    this.#gets += layout + (isStreamed ? 2 : 1) * reads + (isFirst ? this.#namesReads : 0);
    this.#puts += this.#putsOf(stored, isStreamed);
    this.#chunks += 1;
    this.#rows = 0;
    this.#entries = 0;
  }

  #putsOf(stored: number, isStreamed: boolean): number {
    const most = isStreamed || this.#isPart ? PART_BYTES_OF_OBJECT.most : PART_BYTES;
    const parts = Math.max(1, Math.ceil(stored / most));
    return parts === 1 ? 1 : parts + UPLOAD_REQUESTS;
  }
}
