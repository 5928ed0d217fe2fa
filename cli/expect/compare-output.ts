import { rm } from 'node:fs/promises';
import { chunkName, type StoredRun } from '#cli/outputs/stored-run.ts';
import { asUri } from '#cli/sources/location.ts';
import { withStore } from '#cli/sources/with-store.ts';
import { ENGINE_BYTES } from '#cli/tables/engine-bytes.ts';
import { tablePieces } from '#cli/tables/table-pieces.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { ExpectationError } from '#core/errors.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { qualified } from '#core/tables/postgres/load-target.ts';
import { ObjectList } from '#core/tables/run/object-list.ts';
import { type TableLayout, tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { withEngine } from '#tables/with-engine.ts';
import { type BatchRest, ExpectedRows } from './expected-rows.ts';
import { openExpected } from './expected-table.ts';
import { firstUnequal, type UnequalValue, valueAt } from './first-unequal.ts';
import { type CompareRoom, type TypedBatch, typedBatch } from './typed-batch.ts';

/** Longer values are cut in messages. */
const SHOWN_CHARACTERS = 100;

/** How the files of an output are read. */
function layoutOf(file: TableSpec['file'], schema: CompareRoom['schema']): TableLayout {
  if (file.format === 'postgres') {
    throw new ExpectationError([
      `the rows of this output lie in the table ${qualified(file.schema, file.table)} of connection ${file.connection}, not in files that --expect could read; compare them there`,
    ]);
  }
  const said = file.format === 'csv' ? { header: file.header, delimiter: file.delimiter } : {};
  const source = { uris: [], csv: csvFormatSection.parse(said), byName: false };
  const asked = { source, columns: {}, onBadRow: 'fail' } as const;
  return tableLayoutOf(asked, { format: file.format, schema });
}

/** A file of an output as a table; no folder of its path is a column. */
function tableOf(chunk: ByteSource, entry: ManifestEntry, layout: TableLayout): OpenTable {
  const { size, etag } = chunk;
  const uri = chunkName(entry);
  const objects = new ObjectList();
  objects.add({ uri, size, etag, versionId: null });
  const own = { uri, size, etag, read: chunk.read.bind(chunk) };
  const store = {
    pin: async () => objects.pins(0, 1)[0]!,
    async *list() {
      yield* objects.pins(0, 1);
    },
    open: () => own,
  };
  return { layout, objects, store };
}

function shown(text: string | null): string {
  if (text === null) return 'NULL';
  const cut = text.length > SHOWN_CHARACTERS;
  return `${JSON.stringify(text.slice(0, SHOWN_CHARACTERS).toWellFormed())}${cut ? '…' : ''}`;
}

/** Compares the rows of an output with those of an expected table. */
class Comparison {
  readonly #expected: ExpectedRows;
  readonly #room: CompareRoom;
  /** Rows that are equal. */
  #rows = 0;

  constructor(expected: ExpectedRows, room: CompareRoom) {
    this.#expected = expected;
    this.#room = room;
  }

  /** The first difference between what is left of two batches; takes what is equal. */
  async #differs(
    found: TypedBatch,
    start: number,
    { unfit, ...expected }: BatchRest,
  ): Promise<UnequalValue | number> {
    const rows = Math.min(found.rows - start, expected.rows - expected.start);
    const range = { path: found.path, start };
    const unequal = rows > 0 && (await firstUnequal({ found: range, expected, rows }, this.#room));
    if (unequal) return unequal;
    this.#expected.take(rows);
    const isUnfit = unfit !== undefined && start + rows < found.rows;
    if (rows > 0 || !isUnfit) return rows;
    const column = this.#room.schema[unfit.place]!.name;
    const value = await valueAt(range, unfit.place, this.#room);
    return { row: 0, column, found: value, expected: unfit.text };
  }

  /** @returns the first difference in the rows of a batch of the output. */
  async #compare(found: TypedBatch): Promise<string | undefined> {
    for (let start = 0; start < found.rows; ) {
      const expected = await this.#expected.next();
      if (expected === undefined) return `row ${this.#rows} is not expected`;
      const compared = await this.#differs(found, start, expected);
      if (typeof compared !== 'number') {
        const { row, column } = compared;
        return `row ${this.#rows + row}, column ${JSON.stringify(column)}: the output has ${shown(compared.found)}, expected is ${shown(compared.expected)}`;
      }
      start += compared;
      this.#rows += compared;
    }
    return undefined;
  }

  /** @returns the first difference in the rows of a file. */
  async file(table: OpenTable): Promise<string | undefined> {
    for await (const { open } of tablePieces(table)) {
      for (const slice of await open()) {
        const batch = await typedBatch(slice, this.#room);
        const difference = await this.#compare(batch);
        if (difference !== undefined) return difference;
        await rm(batch.folder, { recursive: true });
      }
    }
    return undefined;
  }

  /** @returns the row that is expected behind the last one. */
  async end(): Promise<string | undefined> {
    return (await this.#expected.next()) && `row ${this.#rows} is missing`;
  }
}

async function firstDifference(
  { manifest, withChunk }: StoredRun,
  comparison: Comparison,
  layout: TableLayout,
): Promise<string | undefined> {
  for (const entry of manifest.entries) {
    const difference = await withChunk(entry, (chunk) =>
      comparison.file(tableOf(chunk, entry, layout)),
    );
    if (difference !== undefined) return `${difference} (in ${chunkName(entry)})`;
  }
  return await comparison.end();
}

/**
 * Compares the rows of all files of an output, in their order, with those of an expected table,
 * value by value as the columns of the output.
 *
 * Memory: 100 MiB and that of the engine, 512 MiB, for tables of any size. In a temporary folder
 * lie a piece of both: a row group, 64 MiB of plain text, or a compressed object.
 *
 * @throws {ExpectationError} other columns, or the first row and column that differ, and how many
 * rows both have.
 */
export async function assertExpectedTable(
  run: StoredRun,
  { location, file }: { readonly location: string; readonly file: TableSpec['file'] },
  signal: AbortSignal,
): Promise<void> {
  const schema = tableSchema.parse(run.manifest.columns ?? []);
  const layout = layoutOf(file, schema);
  const uri = await asUri(location);
  await withStore(signal, async (store) => {
    const table = await openExpected(uri, schema, store);
    await withEngine(ENGINE_BYTES, async (engine) => {
      const room = { ...engine, schema, signal };
      const expected = new ExpectedRows(table, room);
      const comparison = new Comparison(expected, room);
      const difference = await firstDifference(run, comparison, layout);
      if (difference === undefined) return;
      const [rows, wanted] = [run.manifest.totals.rows, await expected.count()];
      const counts = rows === wanted ? '' : `; the output has ${rows} rows, ${uri} has ${wanted}`;
      throw new ExpectationError([`the output is not ${uri}: ${difference}${counts}`]);
    });
  });
}
