import { type CsvKernel, type CsvShape, takeCsvKernel } from './csv/csv-kernel.ts';
import { type JsonlKernel, type JsonlShape, takeJsonlKernel } from './jsonl/jsonl-kernel.ts';

/** A slice that was proved, and the records of it that are looked for. */
export interface WantedRecords {
  /** Offset of the slice in the (inflated) text of its object. */
  readonly start: number;
  /** Ordinals in the slice, counted from 0 and ascending. */
  readonly ordinals: readonly number[];
}

/** Gives the beginnings of the wanted records, from the beginnings of those that a scan passed. */
class Picker {
  readonly #wanted: WantedRecords;
  #passed = 0;
  #next = 0;

  constructor(wanted: WantedRecords) {
    this.#wanted = wanted;
  }

  get isDone(): boolean {
    return this.#next === this.#wanted.ordinals.length;
  }

  *pick(starts: Float64Array): Generator<number> {
    const end = this.#passed + starts.length;
    while (!this.isDone && this.#wanted.ordinals[this.#next]! < end) {
      const ordinal = this.#wanted.ordinals[this.#next++]!;
      yield this.#wanted.start + starts[ordinal - this.#passed]!;
    }
    this.#passed = end;
  }
}

async function* pickFrom(
  kernel: CsvKernel | JsonlKernel,
  pieces: AsyncIterable<Uint8Array>,
  wanted: WantedRecords,
): AsyncGenerator<number> {
  const picker = new Picker(wanted);
  kernel.keepStarts();
  const { startCapacity } = kernel;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length && !picker.isDone; at += startCapacity) {
      kernel.scan(piece.subarray(at, at + startCapacity), false);
      yield* picker.pick(kernel.starts);
    }
    if (picker.isDone) return;
  }
  kernel.scan(new Uint8Array(), true);
  if ('finish' in kernel) kernel.finish();
  yield* picker.pick(kernel.starts);
}

/**
 * Finds where records of a proved slice of CSV begin in the text of their object, for messages and
 * for rejected rows. Reads the slice once more, up to the last one.
 */
export async function* csvRecordOffsets(
  shape: CsvShape,
  pieces: AsyncIterable<Uint8Array>,
  wanted: WantedRecords,
): AsyncGenerator<number> {
  const kernel = takeCsvKernel();
  try {
    kernel.start(shape);
    yield* pickFrom(kernel, pieces, wanted);
  } finally {
    kernel.close();
  }
}

/** Finds where objects of a proved slice of JSON lines begin, as {@link csvRecordOffsets} does. */
export async function* jsonlRecordOffsets(
  shape: JsonlShape,
  pieces: AsyncIterable<Uint8Array>,
  wanted: WantedRecords,
): AsyncGenerator<number> {
  const kernel = takeJsonlKernel();
  try {
    kernel.start(shape, wanted.start === 0);
    yield* pickFrom(kernel, pieces, wanted);
  } finally {
    kernel.close();
  }
}
