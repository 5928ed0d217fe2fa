import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENGINE_BYTES } from '#cli/tables/engine-bytes.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { listTableObjects } from '#core/tables/order/list-table-objects.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import { ObjectShapes, parquetColumns } from '#tables/object-shape.ts';
import { isEmptyText, type OpenedObject, openObject, saidBy } from '#tables/open-object.ts';
import { rowsIn } from '#tables/parquet-rows.ts';
import { readSlice } from '#tables/readable-slice.ts';
import { tableFileOf } from '#tables/table-file.ts';
import type { ParquetSlice, TextTable } from '#tables/table-slice.ts';
import { firstRecord } from '#tables/text-cuts.ts';
import { offsetsOf, provePart } from '#tables/text-file.ts';
import { withEngine } from '#tables/with-engine.ts';
import { writeTextHead } from './text-head.ts';

/** A table in files, and how it is read. */
export interface SampledTable {
  readonly uris: readonly string[];
  readonly layout: TableLayout;
  readonly store: ObjectStore;
}

/** A file or folder of a table, with the objects that are left of it. */
export interface SampledLocation {
  readonly uri: string;
  readonly store: ObjectStore;
}

/** Where what is cut off an object is written, and how many rows are wanted of it. */
interface Wanted {
  readonly rows: number;
  readonly path: string;
}

/** How many of the wanted rows an object has; `isCut` if it has more. */
interface Taken {
  readonly rows: number;
  readonly isCut: boolean;
}

type OpenedParquet = OpenedObject & { readonly format: 'parquet' };
type OpenedText = Exclude<OpenedObject, OpenedParquet>;

/** What is cut off is written by the engine, of the same types. */
const CUT_FILE = { format: 'parquet', compression: 'zstd', rowGroupBytes: 0 } as const;

async function takeText(
  opened: OpenedText,
  slice: TextTable,
  { rows, path }: Wanted,
): Promise<Taken> {
  const { source, compression } = opened;
  const part = { source, compression, start: firstRecord(opened) };
  for await (const end of offsetsOf(slice, part, [rows])) {
    await writeTextHead({ source, compression, end }, path);
    return { rows, isCut: true };
  }
  const { records } = await provePart(slice, part, { write: () => {} });
  return { rows: records, isCut: false };
}

/** @throws {UnsupportedSourceError} the engine writes a column as another type. */
function assertSameTypes(opened: OpenedParquet, cut: OpenedParquet): void {
  const found = parquetColumns(cut).map(({ type }) => typeSql(type));
  for (const [at, { name, type }] of parquetColumns(opened).entries()) {
    if (found[at] === typeSql(type)) continue;
    throw new UnsupportedSourceError(
      `${opened.source.uri} has column ${JSON.stringify(name)} of ${typeSql(type)}, which the first rows alone would have as ${found[at]}; give a smaller file instead of --sample`,
    );
  }
}

async function takeParquet(
  opened: OpenedParquet,
  shape: Omit<ParquetSlice, 'parts'>,
  { rows, path }: Wanted,
): Promise<Taken> {
  const { source, footer } = opened;
  const all = rowsIn(footer, { start: 0, end: footer.rowGroups.length });
  if (all <= rows) return { rows: all, isCut: false };
  let end = 0;
  while (rowsIn(footer, { start: 0, end }) < rows) end += 1;
  const part = { source, footer, groups: { start: 0, end }, rows: { start: 0, end: rows } };
  await withEngine(ENGINE_BYTES, async ({ engine, directory }) => {
    const { relation } = await readSlice({ ...shape, parts: [part], sources: [] }, directory);
    const named = shape.columns.map(({ name }, place) => `c${place} AS ${identifier(name)}`);
    const text = `SELECT ${named.join(', ')} FROM ${relation.sql}`;
    const cut = join(directory, 'cut.parquet');
    const form = { path: cut, rowGroupRows: 122_880, columns: named.length };
    await engine.writeSelect({ text }, tableFileOf(CUT_FILE, form));
    await copyFile(cut, path);
  });
  return { rows, isCut: true };
}

/** Takes rows off the begin of the objects of a table. */
class RowTaker {
  readonly #table: SampledTable;
  readonly #shapes: ObjectShapes;
  readonly #path: string;
  #left: number;

  constructor(table: SampledTable, rows: number, path: string) {
    this.#table = table;
    this.#shapes = new ObjectShapes(table.layout);
    this.#path = path;
    this.#left = rows;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  async #taken(pin: SourcePin): Promise<Taken> {
    const { layout, store } = this.#table;
    const said = saidBy(layout);
    if (isEmptyText(pin, said)) return { rows: 0, isCut: false };
    const opened = await openObject(store.open(pin), said);
    const wanted = { rows: this.#left, path: this.#path };
    const shape = this.#shapes.of(opened);
    if (opened.format !== 'parquet') {
      // The shape has the format of its object.
      return await takeText(opened, { ...shape, parts: [] } as TextTable, wanted);
    }
    const taken = await takeParquet(opened, shape as Omit<ParquetSlice, 'parts'>, wanted);
    if (taken.isCut) {
      const source = store.open(await store.pin(this.#path));
      assertSameTypes(opened, { format: 'parquet', source, footer: await readFooter(source) });
    }
    return taken;
  }

  /** The first objects of a location, the last one cut where it has too many rows. */
  async take(uri: string): Promise<SampledLocation | undefined> {
    const { store } = this.#table;
    const pins: SourcePin[] = [];
    let cut: SourcePin | undefined;
    for await (const pin of listTableObjects(store, [uri], () => {})) {
      if (this.isDone) break;
      const { rows, isCut } = await this.#taken(pin);
      this.#left -= rows;
      if (isCut) cut = await store.pin(this.#path);
      pins.push(isCut ? { ...cut!, uri: pin.uri } : pin);
    }
    if (pins.length === 0) return undefined;
    const isTheCut = ({ etag }: SourcePin) => etag === cut?.etag;
    return {
      uri,
      store: {
        pin: async () => pins[0]!,
        async *list() {
          yield* pins;
        },
        open: (pin) => store.open(isTheCut(pin) ? cut! : pin),
      },
    };
  }
}

/**
 * The first rows of a table in files, as a table of its own: objects that have these rows alone as
 * they are, and the last one cut behind its row, of the same name and compression. Reads texts up
 * to the last row, and of Parquet the row groups that have it.
 *
 * @param path where the object that is cut is written.
 * @throws {CorruptSourceError} an object is not sound.
 * @throws {UnsupportedSourceError} a Parquet object cannot be cut.
 */
export async function firstRows(
  table: SampledTable,
  rows: number,
  path: string,
): Promise<readonly SampledLocation[]> {
  const taker = new RowTaker(table, rows, path);
  const locations: SampledLocation[] = [];
  for (const uri of table.uris) {
    if (taker.isDone) break;
    const location = await taker.take(uri);
    if (location !== undefined) locations.push(location);
  }
  return locations;
}
