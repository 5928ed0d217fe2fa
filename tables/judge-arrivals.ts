import { inOrder } from '#core/bytes/in-order.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { AccessDeniedError, type FanoutError, RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { Arrival } from '#core/tables/inbox/choose-arrivals.ts';
import { hiveColumns } from '#core/tables/order/hive-columns.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import type { AskedTable, TableSourceFormat } from '#core/tables/run/asked-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { LARGE_GZIP_BYTES } from '#core/tables/run/text-indexes.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { type ObjectShape, ObjectShapes } from './object-shape.ts';
import { isEmptyText, type OpenedObject, openObject } from './open-object.ts';
import { isOwnFault } from './own-fault.ts';
import { firstRecord } from './text-cuts.ts';
import { MAX_TEXT_BYTES, provePart } from './text-file.ts';

/** Objects that are judged at the same time. */
const JUDGED_AT_ONCE = 16;

/** Smaller objects are read whole, with one request. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * Bytes of texts that are proved before a run: some five minutes at what one function reads of S3.
 * Of what comes after them only the heads are looked at.
 */
const PROVED_BYTES = 16e9;

/** What the objects of one run must have in common. */
interface ObjectKind {
  readonly format: TableSourceFormat;
  /** Names of the columns in its key. */
  readonly keyColumns: readonly string[];
  /** Names in its header, where there is one and its order matters. */
  readonly header?: readonly string[];
}

/** An object that is not taken in, and why. */
export interface SetAside {
  readonly uri: string;
  readonly problem: string;
}

/** An object that an inbox may take in, bound to its version, or why it may not. */
export type Judgement = { readonly pin: SourcePin; readonly kind: ObjectKind } | Doubt;

/** Why an object is not taken in, and the error where role or request may be at fault instead. */
export interface Doubt extends SetAside {
  readonly doubtful?: FanoutError;
}

/** What of a request says which objects are a table. */
export type JudgedBy = Pick<AskedTable, 'source' | 'columns' | 'onBadRow'> & {
  readonly schema: TableSchema;
};

/** Whether two objects can be of one run. */
export function isOfKind(object: ObjectKind, first: ObjectKind): boolean {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const { format, keyColumns, header } = object;
  if (format !== first.format || !same(keyColumns, first.keyColumns)) return false;
  return header === undefined || first.header === undefined || same(header, first.header);
}

/** Judges objects one by one by a schema, so that none of them makes the run of others fail. */
class Judge {
  readonly #asked: JudgedBy;
  readonly #store: ObjectStore;
  readonly #shapes = new Map<TableSourceFormat, ObjectShapes>();
  /** Bytes of texts that may still be proved. */
  #unproved: number;
  /** What is wrong with all objects of a format. */
  #requestFault: unknown;

  constructor(asked: JudgedBy, store: ObjectStore, provedBytes: number) {
    this.#asked = asked;
    this.#store = store;
    this.#unproved = provedBytes;
  }

  async judge(arrival: Arrival): Promise<Judgement> {
    const { uri } = arrival;
    try {
      const pin = await this.#store.pin(uri);
      if (pin.etag !== arrival.etag) {
        const problem = `${uri} was replaced while it waited; its new bytes are taken in later`;
        return { uri, problem };
      }
      return { pin, kind: await this.#kindOf(pin) };
    } catch (error) {
      const isOwn = isOwnFault(error) || error instanceof RequestError;
      if (!isOwn || error === this.#requestFault) throw error;
      const { message: problem } = error;
      return { uri, problem, ...(error instanceof AccessDeniedError && { doubtful: error }) };
    }
  }

  async #kindOf(pin: SourcePin): Promise<ObjectKind> {
    const { source } = this.#asked;
    const keyColumns = hiveColumns(pin.uri).map(({ name }) => name);
    if (isEmptyText(pin, source)) {
      return { format: source.format ?? formatOfName(pin.uri).format!, keyColumns };
    }
    const stored = this.#store.open(pin);
    const whole = [{ offset: 0, length: pin.size }];
    const near = pin.size <= SMALL_BYTES ? await withPrefetched(stored, whole) : stored;
    const opened = await openObject(near, source);
    const shape = this.#shapesOf(opened.format).of(opened);
    if (this.#isProved(opened)) await prove(opened, shape);
    const hasHeader = opened.format === 'csv' && opened.csv.header && !source.byName;
    return {
      ...{ format: opened.format, keyColumns },
      ...(hasHeader && { header: opened.head.fields }),
    };
  }

  /** Whether there is time for a text; one with a seek index is proved when that is made. */
  #isProved(opened: OpenedObject): boolean {
    if (opened.format === 'parquet') return false;
    const { source, compression } = opened;
    if (compression === 'gzip' && source.size > LARGE_GZIP_BYTES) return false;
    this.#unproved -= source.size;
    return this.#unproved >= 0;
  }

  #shapesOf(format: TableSourceFormat): ObjectShapes {
    const { schema } = this.#asked;
    try {
      const layout = tableLayoutOf(this.#asked, { format, schema });
      const shapes = this.#shapes.get(format) ?? new ObjectShapes(layout);
      this.#shapes.set(format, shapes);
      return shapes;
    } catch (error) {
      this.#requestFault = error;
      throw error;
    }
  }
}

/** @throws {CorruptSourceError} the text is not sound to its end. */
async function prove(opened: OpenedObject, shape: ObjectShape): Promise<void> {
  if (opened.format === 'parquet' || shape.format === 'parquet') return;
  const { source, compression } = opened;
  const part = { source, compression, start: firstRecord(opened) };
  const write = () => {};
  await provePart({ ...shape, parts: [] }, part, { write, maxTextBytes: MAX_TEXT_BYTES });
}

/**
 * Judges what arrived, in its order: whether it is still there, is a table that has the columns of
 * the schema, and is a text that is sound to its end. Values are not cast.
 *
 * One HEAD for each object, one read of a small one, and one of each MiB of others. Holds 16 of
 * them.
 *
 * @param provedBytes of texts; of those after them only the heads are looked at.
 */
export async function* judgeArrivals(
  arrivals: readonly Arrival[],
  asked: JudgedBy,
  store: ObjectStore,
  provedBytes = PROVED_BYTES,
): AsyncGenerator<Judgement> {
  const judge = new Judge(asked, store, provedBytes);
  const tasks = arrivals.map((arrival) => () => judge.judge(arrival));
  yield* inOrder(tasks, JUDGED_AT_ONCE);
}
