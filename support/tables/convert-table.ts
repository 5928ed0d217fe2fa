import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionModules } from '@sparse-fanout/engine';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { type ObjectList, parsePins } from '#core/tables/run/object-list.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { TextIndexes } from '#core/tables/run/text-indexes.ts';
import type { CallFunction } from '#tables/apply-function.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { type LookOptions, lookAtRows } from '#tables/look-at-rows.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import {
  type PlanOptions,
  planTable,
  type SizedTable,
  type TablePlan,
} from '#tables/plan-table.ts';
import { withEngine } from './with-engine.ts';

/** A table that was planned, and what it is made of. */
export interface PlannedTable extends TablePlan {
  readonly asked: SizedTable;
  readonly objects: ObjectList;
  readonly store: ObjectStore;
  readonly indexes?: TextIndexes;
  /** What calls the function of a transform. */
  readonly call?: CallFunction;
  readonly functions?: FunctionModules;
}

/** Plans a table, as PlanTable does. */
export async function planned(
  asked: SizedTable,
  store: ObjectStore,
  options: Pick<PlanOptions, 'indexes' | 'lacksIndexes' | 'transformMs' | 'call'> &
    Pick<LookOptions, 'transforms' | 'functions'> = {},
): Promise<PlannedTable> {
  const objects = await listTable(asked.source, store);
  const { indexes, call, functions = new Map(), transforms, ...others } = options;
  const look = { functions, ...(transforms && { transforms }) };
  const used = { ...(indexes && { indexes }), ...(call && { call }) };
  const plan = await withEngine(async (engine, directory) => {
    const layout = await lookAtRows(asked, objects, { ...look, store, engine });
    const room = { ...others, ...used, layout, store, engine, directory };
    return await planTable(asked, objects, { ...room, firstIndex: 0 });
  });
  return { ...plan, asked, objects, store, ...used, functions };
}

/** A file that was written. */
export interface ConvertedFile {
  readonly bytes: Buffer;
  readonly rows: number;
  readonly rejected: readonly RejectedValue[];
  /** What lies in the directory besides. */
  readonly left: readonly string[];
}

const NAME = 'out';

/** Converts one chunk, as a writer does. */
export async function convertedFile(
  {
    asked,
    layout,
    objects,
    store,
    indexes,
    call,
    functions = new Map(),
  }: Omit<PlannedTable, keyof TablePlan> & Pick<TablePlan, 'layout'>,
  chunk: TableChunk,
  keyValues?: Readonly<Record<string, string>>,
): Promise<ConvertedFile> {
  return await withEngine(async (engine, directory) => {
    const pins = parsePins(objects.textOf(chunk.list));
    const slices = await openChunk({
      ...{ layout, chunk, pins, store },
      ...(indexes && { indexes }),
    });
    await addPlanned(engine, layout, functions);
    const { output, partitionBy: columns = [] } = asked;
    const partition = chunk.partition && { columns, values: chunk.partition };
    const options = { engine, directory, layout, output, name: NAME, partition };
    const { rows, rejected } = await convertChunk(slices, {
      ...options,
      ...(call && { call }),
      ...(keyValues && { keyValues }),
    });
    const bytes = await readFile(join(directory, NAME));
    const left = (await readdir(directory)).filter((name) => name !== NAME);
    return { bytes, rows, rejected, left };
  });
}
