import { rm } from 'node:fs/promises';
import { withFolder } from '#cli/sources/with-folder.ts';
import { type TablePiece, tablePieces } from '#cli/tables/table-pieces.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { readSlice } from '#tables/readable-slice.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { type CompareRoom, type TypedBatch, typedBatch } from './typed-batch.ts';

/** A batch of which the rows before `start` were taken. */
export type BatchRest = TypedBatch & { readonly start: number };

/** Reads the rows of an expected table one batch after the other. Holds one of them in a folder. */
export class ExpectedRows {
  readonly #room: CompareRoom;
  readonly #pieces: AsyncGenerator<TablePiece>;
  #slices: TableSlice[] = [];
  #batch: TypedBatch | undefined;
  #taken = 0;
  /** Rows of the batches that were dropped. */
  #before = 0;

  constructor(table: OpenTable, room: CompareRoom) {
    this.#room = room;
    this.#pieces = tablePieces(table);
  }

  async #nextSlice(): Promise<TableSlice | undefined> {
    while (this.#slices.length === 0) {
      const step = await this.#pieces.next();
      if (step.done === true) return undefined;
      this.#slices = [...(await step.value.open())];
    }
    return this.#slices.shift();
  }

  async #drop(): Promise<void> {
    if (this.#batch === undefined) return;
    await rm(this.#batch.folder, { recursive: true });
    this.#before += this.#batch.records;
    this.#batch = undefined;
    this.#taken = 0;
  }

  /**
   * The rows that come next: at least one, or none before a value that is unfit; undefined at the
   * end of the table.
   *
   * @throws {CorruptSourceError} the table is not sound.
   */
  async next(): Promise<BatchRest | undefined> {
    for (;;) {
      const batch = this.#batch;
      const isLeft = batch !== undefined && (this.#taken < batch.rows || batch.unfit !== undefined);
      if (isLeft) return { ...batch, start: this.#taken };
      await this.#drop();
      const slice = await this.#nextSlice();
      if (slice === undefined) return undefined;
      this.#batch = await typedBatch(slice, this.#room);
    }
  }

  /** Takes rows of the batch that was given last. */
  take(rows: number): void {
    this.#taken += rows;
  }

  async #recordsIn(slice: TableSlice): Promise<number> {
    return await withFolder(async (folder) => {
      const { records } = await readSlice(slice, folder);
      return records.reduce((sum, count) => sum + count, 0);
    }, this.#room.directory);
  }

  /** All rows of the table. Reads those that are left: nothing comes after this. */
  async count(): Promise<number> {
    let rows = this.#before + (this.#batch?.records ?? 0);
    for (const slice of this.#slices) rows += await this.#recordsIn(slice);
    for await (const piece of this.#pieces) {
      if (piece.rows !== undefined) rows += piece.rows;
      else for (const slice of await piece.open()) rows += await this.#recordsIn(slice);
    }
    return rows;
  }
}
