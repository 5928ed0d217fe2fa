import { join } from 'node:path';
import type { Engine, FunctionModules, TableFile } from '@sparse-fanout/engine';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { TerminalLines } from '#cli/frame/terminal-lines.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import type { AskedRows } from '#cli/options/argument-parsers.ts';
import { type GivenRequest, parseGiven } from '#cli/options/request-file.ts';
import { parseTableRequest } from '#cli/options/table-request.ts';
import { withFile } from '#cli/sources/file-source.ts';
import { asUri } from '#cli/sources/location.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { withFolder } from '#cli/sources/with-folder.ts';
import { withStore } from '#cli/sources/with-store.ts';
import { outputSchemaOf, transformSql } from '#core/tables/run/table-layout.ts';
import { emptySql } from '#core/tables/schema/joined-sql.ts';
import { jsonValues } from '#core/tables/schema/json-values.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { readSlice } from '#tables/readable-slice.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { type EngineRoom, withEngine } from '#tables/with-engine.ts';
import { writeRows } from '#tables/write-rows.ts';
import { ENGINE_BYTES } from './engine-bytes.ts';
import { openTable } from './open-table.ts';
import { tablePieces } from './table-pieces.ts';

/** What is printed of a table. */
export interface TableSliceOptions {
  readonly rows?: AskedRows | undefined;
  readonly format: 'csv' | 'jsonl';
  readonly delimiter: string;
  readonly header: boolean;
  readonly compression: 'none' | 'gzip';
  /** Whether rows are cut to the width of the terminal. */
  readonly isCut: boolean;
  /** Functions that a transform may call. */
  readonly functions: FunctionModules;
}

/** How rows are printed, with what JSON makes of their columns. */
interface PrintOptions extends TableSliceOptions {
  readonly values: readonly string[] | undefined;
}

/** Prints rows of slices with an engine of its own. */
class RowPrinter {
  readonly #io: CommandIo;
  readonly #options: PrintOptions;
  readonly #engine: Engine;
  readonly #directory: string;
  readonly #terminal: TerminalLines | undefined;

  constructor(io: CommandIo, options: PrintOptions, { engine, directory }: EngineRoom) {
    this.#io = io;
    this.#options = options;
    this.#engine = engine;
    this.#directory = directory;
    this.#terminal = options.isCut ? new TerminalLines(io) : undefined;
  }

  #fileIn(folder: string, header: boolean): TableFile {
    const { format, delimiter, compression, values } = this.#options;
    const path = join(folder, 'rows');
    return format === 'csv'
      ? { path, format, compression, header, delimiter }
      : { path, format, compression, ...(values && { values }) };
  }

  async #print(path: string): Promise<void> {
    await withFile(path, async (file) => {
      for await (const block of readBlocks(file)) {
        this.#io.signal.throwIfAborted();
        await (this.#terminal?.write(block) ?? write(this.#io.stdout, block));
      }
    });
  }

  async printHeader(table: OpenTable): Promise<void> {
    await withFolder(async (folder) => {
      const file = this.#fileIn(folder, true);
      await this.#engine.writeSelect({ text: emptySql(outputSchemaOf(table.layout)) }, file);
      await this.#print(file.path);
    }, this.#directory);
  }

  /**
   * Prints rows `[start, end)` of a slice, as far as it has them.
   *
   * @returns the rows that it has.
   */
  async print(
    slice: TableSlice,
    { start, end, sql }: { start: number; end: number; sql: string | undefined },
  ): Promise<number> {
    return await withFolder(async (folder) => {
      const source = await readSlice(slice, folder);
      const records = source.records.reduce((sum, count) => sum + count, 0);
      const within = { start: Math.max(0, start), end: Math.min(records, end) };
      if (within.start < within.end) {
        const file = this.#fileIn(folder, false);
        const { signal } = this.#io;
        await writeRows(slice, source, { ...within, engine: this.#engine, file, sql, signal });
        await this.#print(file.path);
      }
      return records;
    }, this.#directory);
  }

  async end(): Promise<void> {
    await this.#terminal?.end();
  }
}

async function printRows(
  table: OpenTable,
  asked: AskedRows | undefined,
  printer: RowPrinter,
): Promise<void> {
  const { rowStart = 0, rowEnd = Number.MAX_SAFE_INTEGER } = asked ?? {};
  let passed = 0;
  const sql = transformSql(table.layout);
  for await (const { rows, open } of tablePieces(table)) {
    if (passed >= rowEnd) break;
    if (rows !== undefined && passed + rows <= rowStart) {
      passed += rows;
      continue;
    }
    for (const slice of await open()) {
      const wanted = { start: rowStart - passed, end: rowEnd - passed, sql };
      passed += await printer.print(slice, wanted);
    }
  }
  if (asked === undefined || passed >= (asked.rowEnd ?? rowStart)) return;
  throw new UsageError(
    `--rows must lie within 0:${passed}, the rows of the source, got ${rowStart}:${asked.rowEnd ?? ''}`,
  );
}

/**
 * Prints rows of a table, cast by its schema as a writer does. Reads the source from its first row
 * on, without what Parquet can leave out; holds one piece of it in a temporary folder, and 600 MiB.
 *
 * @throws {RequestError} there is no schema, or it does not fit the source, or no such transform.
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column.
 * @throws {UsageError} the source has not so many rows; those that it has were printed.
 */
export async function sliceTable(
  given: GivenRequest,
  options: TableSliceOptions,
  io: CommandIo,
): Promise<void> {
  const asked = parseGiven(given, parseTableRequest);
  const uris = await Promise.all(given.locations.map(asUri));
  await withStore(io.signal, async (store) => {
    await withEngine(ENGINE_BYTES, async (room) => {
      const { header, delimiter, format, functions } = options;
      const form = { format, header, delimiter, compression: 'none' } as const;
      const look = { store, engine: room.engine, functions };
      const table = await openTable({ uris, asked, output: form }, look);
      const values = jsonValues(outputSchemaOf(table.layout));
      const printer = new RowPrinter(io, { ...options, values }, room);
      if (options.header && options.format === 'csv') await printer.printHeader(table);
      await printRows(table, options.rows, printer);
      await printer.end();
    });
  });
}
