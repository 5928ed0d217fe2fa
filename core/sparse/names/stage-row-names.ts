import { bytesOf } from '#core/bytes/bytes-of.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { Names } from '#core/sparse/names.ts';
import {
  MAX_ROW_NAME_BYTES,
  NAME_LENGTH_BYTES,
  NAMES_PER_BLOCK,
  OFFSET_BYTES,
} from '#core/sparse/row-names.ts';

/** Texts that are staged with one per row: names of rows, or their labels. */
export interface StagedTexts {
  /** Name of the staged object. */
  readonly objectName: string;
  readonly word: 'name' | 'label';
  /** What to do about one that is too long. */
  readonly remedy: string;
  /** Throws if a text is not allowed. @default all are */
  check?(text: string, row: number, uri: string): void;
}

const ROW_NAMES: StagedTexts = {
  objectName: 'row-names.bin',
  word: 'name',
  remedy: 'give shorter names, or leave out output.text.index',
};

/** Rows, longest name and bytes of the records, which end the object. */
const TAIL_FIELDS = 3;

/** What the tail of a staged object says of it. */
export interface StagedRowNames {
  readonly pin: SourcePin;
  readonly rows: number;
  /** Bytes of the longest name in UTF-8. */
  readonly longestBytes: number;
  readonly recordBytes: number;
}

/** Turns names into records, and keeps the offset of every 64th one. */
class RowNameRecords {
  readonly #uri: string;
  readonly #kind: StagedTexts;
  readonly #offsets: number[] = [];
  #rows = 0;
  #longestBytes = 0;
  #recordBytes = 0;

  constructor(uri: string, kind: StagedTexts) {
    this.#uri = uri;
    this.#kind = kind;
  }

  /** The records of the next names. */
  add(names: readonly string[]): Uint8Array {
    return Buffer.concat(names.flatMap((name) => this.#record(name)));
  }

  /** Table and tail, which follow the last record. */
  end(): Uint8Array[] {
    const offsets = Float64Array.from([...this.#offsets, this.#recordBytes]);
    const tail = Float64Array.of(this.#rows, this.#longestBytes, this.#recordBytes);
    return [bytesOf(offsets), bytesOf(tail)];
  }

  #record(name: string): Uint8Array[] {
    const text = Buffer.from(name);
    const { word, remedy, check } = this.#kind;
    if (text.length > MAX_ROW_NAME_BYTES) {
      throw new BoundExceededError(
        `${this.#uri} has a ${word} of ${text.length} bytes for row ${this.#rows}, allowed are ${MAX_ROW_NAME_BYTES}; ${remedy}`,
      );
    }
    check?.(name, this.#rows, this.#uri);
    if (this.#rows % NAMES_PER_BLOCK === 0) this.#offsets.push(this.#recordBytes);
    const length = Uint32Array.of(text.length);
    this.#rows += 1;
    this.#longestBytes = Math.max(this.#longestBytes, text.length);
    this.#recordBytes += NAME_LENGTH_BYTES + text.length;
    return [bytesOf(length), text];
  }
}

async function* rowNamesObject(names: Names, kind: StagedTexts): AsyncGenerator<Uint8Array> {
  const records = new RowNameRecords(names.uri, kind);
  for await (const batch of names.read()) yield records.add(batch);
  yield* records.end();
}

/**
 * Stages the names or labels of rows, so that those of any range can be read. Reads all of them
 * once; holds one batch, and 8 bytes per 64 names.
 *
 * @throws {BoundExceededError} a name is longer than 64 KiB.
 */
export async function stageRowNames(
  names: Names,
  staged: StageStore,
  kind = ROW_NAMES,
): Promise<void> {
  const { objectName } = kind;
  if ((await staged.open(objectName)) !== undefined) return;
  await staged.create(objectName, rowNamesObject(names, kind));
}

/**
 * Finds the staged names or labels of rows, by one small read.
 *
 * @returns undefined if they are not staged yet.
 */
export async function openStagedRowNames(
  staged: StageStore,
  { objectName } = ROW_NAMES,
): Promise<StagedRowNames | undefined> {
  const object = await staged.open(objectName);
  if (object === undefined) return undefined;
  const { pin, source } = object;
  const length = TAIL_FIELDS * OFFSET_BYTES;
  const tail = await source.read({ offset: Math.max(0, source.size - length), length });
  const [rows, longestBytes, recordBytes] = new Float64Array(tail.buffer);
  const offsets = Math.ceil(rows! / NAMES_PER_BLOCK) + 1;
  if (recordBytes! + offsets * OFFSET_BYTES + length !== source.size) {
    throw new CorruptSourceError(`${pin.uri} is damaged; remove it and start the run again`);
  }
  return { pin, rows: rows!, longestBytes: longestBytes!, recordBytes: recordBytes! };
}
