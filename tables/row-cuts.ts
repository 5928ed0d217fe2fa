import type { ByteSource } from '#core/bytes/byte-source.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { BoundExceededError } from '#core/errors.ts';
import { EveryRows } from '#core/tables/pack/every-rows.ts';
import type { TablePosition } from '#core/tables/pack/pack-units.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import { fetchedParts } from './fetched-parts.ts';
import { type ObjectShape, ObjectShapes } from './object-shape.ts';
import { isEmptyText, type OpenedObject, openObject, saidBy } from './open-object.ts';
import { rowsIn } from './parquet-rows.ts';
import type { TextPart, TextTable } from './table-slice.ts';
import { allPins, type UnitsSource } from './table-units.ts';
import { firstRecord } from './text-cuts.ts';
import { provePart } from './text-file.ts';

/** A place where a file begins. */
export interface RowCut {
  readonly position: TablePosition;
  /** Bytes of source before it, as they are stored; within compressed texts by their share. */
  readonly offset: number;
  /** Bytes of inflated text before it; of Parquet none. */
  readonly textBytes: number;
}

/** What one vCPU reads of S3 in ten minutes, one block ahead; it scans several times as fast. */
const MAX_TEXT_BYTES = 32e9;

/** Each object is opened, 32 at a time. */
const MAX_OBJECTS = 200_000;

/** Files of one text without an index inflate what lies before them: some ten hours of a vCPU. */
const MAX_INFLATED_BYTES = 16 * 1024 ** 4;

const HEADS_AT_ONCE = 32;

const REMEDY = 'give output.targetFileBytes instead, which counts nothing';

/** Where an object lies among the others. */
interface Located {
  readonly object: number;
  /** Bytes of the objects before it, as they are stored. */
  readonly before: number;
}

type TextToCount = TextPart & Located & { readonly slice: TextTable };

interface Opened extends Located {
  readonly opened: OpenedObject;
  readonly shape: ObjectShape;
}

async function* openObjects(source: UnitsSource): AsyncGenerator<Opened> {
  const said = saidBy(source.layout);
  const shapes = new ObjectShapes(source.layout);
  const tasks = allPins(source).map((pin) => async () => {
    const isEmpty = isEmptyText(pin, said);
    return { pin, opened: isEmpty ? undefined : await openObject(source.store.open(pin), said) };
  });
  let located = { object: 0, before: 0 };
  for await (const { pin, opened } of inOrder(tasks, HEADS_AT_ONCE)) {
    if (opened !== undefined) yield { opened, shape: shapes.of(opened), ...located };
    located = { object: located.object + 1, before: located.before + pin.size };
  }
}

async function* textsOf(objects: AsyncIterable<Opened>): AsyncGenerator<TextToCount> {
  for await (const { opened, shape, ...located } of objects) {
    // The shape has the format of its object.
    if (opened.format === 'parquet' || shape.format === 'parquet') continue;
    const { source, compression } = opened;
    const slice = { ...shape, parts: [] };
    yield { source, compression, start: firstRecord(opened), slice, ...located };
  }
}

/** Finds the rows of a table at which files of exactly so many rows begin. */
export class RowCuts {
  readonly #source: UnitsSource;
  readonly #every: EveryRows;
  #textBytes = 0;
  #inflatedBytes = 0;

  /** @param rows of each file but the last. */
  constructor(source: UnitsSource, rows: number) {
    this.#source = source;
    this.#every = new EveryRows(rows);
  }

  /** Rows of the table so far. */
  get rows(): number {
    return this.#every.count;
  }

  /**
   * The places in their order, without the begin of the source; the last one is its end. Proves all
   * texts; of Parquet it reads the footers. Holds 32 MiB, and the places in one object.
   *
   * @throws {BoundExceededError} the table is too large to be counted.
   * @throws {CorruptSourceError} a text is not sound.
   * @throws as {@link openObject} and {@link ObjectShapes}.
   */
  async *cuts(): AsyncGenerator<RowCut> {
    const { objects, layout } = this.#source;
    const isText = layout.format !== 'parquet';
    if (isText) this.#assertCounted(objects.totalBytes);
    if (objects.count > MAX_OBJECTS) {
      throw new BoundExceededError(
        `chunking.rows counts the rows of each object, at most ${MAX_OBJECTS} are allowed, the table has ${objects.count}; ${REMEDY}`,
      );
    }
    const opened = openObjects(this.#source);
    if (isText) {
      for await (const text of fetchedParts(textsOf(opened))) yield* await this.#textCuts(text);
    } else {
      for await (const object of opened) yield* this.#parquetCuts(object);
    }
    const end = { object: objects.count, at: 0 };
    yield { position: end, offset: objects.totalBytes, textBytes: this.#textBytes };
  }

  #assertCounted(bytes: number): void {
    if (bytes <= MAX_TEXT_BYTES) return;
    throw new BoundExceededError(
      `chunking.rows counts the records of all texts, at most ${MAX_TEXT_BYTES} bytes are allowed, the table has ${bytes} or more; ${REMEDY}`,
    );
  }

  async #textCuts(part: TextToCount): Promise<readonly RowCut[]> {
    const { source, compression, start, slice, object, before } = part;
    const places: number[] = [];
    let isFirst = true;
    let proved = 0;
    const onStarts = (starts: Float64Array) => {
      for (const ordinal of this.#every.pass(starts.length)) {
        // A header belongs to the file that begins behind it.
        places.push(isFirst && ordinal === 0 ? 0 : start + starts[ordinal]!);
      }
      isFirst &&= starts.length === 0;
    };
    const write = (text: Uint8Array) => {
      proved += text.length;
      this.#assertCounted(this.#textBytes + proved);
    };
    const { bytes } = await provePart(slice, part, {
      write,
      onStarts,
      maxTextBytes: MAX_TEXT_BYTES,
    });
    const all = start + bytes;
    if (this.#isInflatedAnew(source, compression)) this.#addInflated(places, source.uri);
    const cuts = places.map((at) => ({
      position: { object, at },
      offset: before + Math.round((source.size * at) / all),
      textBytes: this.#textBytes + at,
    }));
    this.#textBytes += all;
    return cuts;
  }

  /** Whether a writer inflates what lies before its rows. */
  #isInflatedAnew(text: ByteSource, compression: TextCompression): boolean {
    return compression !== 'none' && !this.#source.indexes?.isIndexed(text, compression);
  }

  #addInflated(places: readonly number[], uri: string): void {
    for (const at of places) this.#inflatedBytes += at;
    if (this.#inflatedBytes <= MAX_INFLATED_BYTES) return;
    throw new BoundExceededError(
      `each file of ${uri} would inflate all text before it, ${this.#inflatedBytes} bytes and more, at most ${MAX_INFLATED_BYTES} are allowed; give larger chunking.rows, or unpack the object`,
    );
  }

  *#parquetCuts({ opened, object, before }: Opened): Generator<RowCut> {
    if (opened.format !== 'parquet') return;
    const { source, footer } = opened;
    const all = Math.max(1, rowsIn(footer, { start: 0, end: footer.rowGroups.length }));
    let passed = 0;
    for (const [at, { rows }] of footer.rowGroups.entries()) {
      for (const row of this.#every.pass(rows)) {
        const offset = before + Math.round((source.size * (passed + row)) / all);
        // Empty row groups lie before it.
        const begin = passed + row === 0 ? 0 : at;
        const position = { object, at: begin, ...(row > 0 && { row }) };
        yield { position, offset, textBytes: 0 };
      }
      passed += rows;
    }
  }
}
