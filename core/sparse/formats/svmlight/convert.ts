import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { partName } from '#core/sparse/stage/stage-names.ts';
import { createCsrPart } from '#core/sparse/stage/staged-rows.ts';
import { readLines, type TextSource } from '#core/text/text-source.ts';
import { type RowBatch, type RowOptions, RowReader } from './row-reader.ts';

/** Rows whose bounds are converted to int64 together. */
const BOUNDS_AT_ONCE = 64 * 1024;

/** The rows of one segment, copied from what was read: 12 bytes per entry and 4 per row. */
class SegmentRows {
  readonly #rowEnds: Int32Array[] = [];
  readonly #indices: Uint8Array[] = [];
  readonly #data: Uint8Array[] = [];
  #rows = 0;
  #entries = 0;

  add({ rowEnds, indices, data }: RowBatch): void {
    this.#rowEnds.push(rowEnds.map((end) => this.#entries + end));
    this.#indices.push(bytesOf(indices.slice()));
    this.#data.push(bytesOf(data.slice()));
    this.#rows += rowEnds.length;
    this.#entries += indices.length;
  }

  *#indptr(): Generator<Uint8Array> {
    yield new Uint8Array(8);
    for (const rowEnds of this.#rowEnds) {
      for (let at = 0; at < rowEnds.length; at += BOUNDS_AT_ONCE) {
        const bounds = rowEnds.subarray(at, at + BOUNDS_AT_ONCE);
        const words = new Int32Array(2 * bounds.length);
        for (let i = 0; i < bounds.length; i++) words[2 * i] = bounds[i]!;
        yield bytesOf(words);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  async create(staged: StageStore, segment: number): Promise<void> {
    await createCsrPart(staged, partName(segment), {
      dtype: 'float64',
      rows: this.#rows,
      nnz: this.#entries,
      indptr: this.#indptr(),
      indices: this.#indices,
      data: this.#data,
    });
  }
}

/**
 * Converts the rows of one job to CSR arrays below `csr/`: one part per segment that has rows, or
 * one empty part if the text has none.
 *
 * Holds the entries of a segment, which take about as many bytes as its text; at most three times
 * as many, if all entries are as short as `1:1`.
 *
 * @throws {CorruptSourceError} a line has not this format; names the line.
 * @throws {BoundExceededError} a line or an index is beyond a bound.
 */
export async function stageConvert(
  text: TextSource,
  job: number,
  context: {
    readonly options: Omit<RowOptions, 'uri'>;
    /** Offset of the first row in the text. */
    readonly from: number;
    readonly staged: StageStore;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { options, from, staged, signal } = context;
  const reader = new RowReader({ ...options, uri: text.uri });
  let rows = new SegmentRows();
  let segment = job;
  for await (const block of readLines(text, job, from)) {
    signal?.throwIfAborted();
    const batch = reader.read(block);
    if (batch.rowEnds.length === 0) continue;
    const next = Math.floor(block.offset / text.segmentBytes);
    if (next !== segment && !rows.isEmpty) {
      await rows.create(staged, segment);
      rows = new SegmentRows();
    }
    segment = next;
    rows.add(batch);
  }
  await rows.create(staged, segment);
}
