import type { Engine, FunctionModules } from '@sparse-fanout/engine';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import { outputSchemaOf, type TableLayout, tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { assertHeld, lookAtFirst } from './first-look.ts';
import { planTransform } from './plan-transform.ts';

/** Where the objects of a table lie, and what checks the SQL of its request. */
export interface LookOptions {
  readonly store: ObjectStore;
  readonly engine: Engine;
  /** Functions that a transform may call. @default none */
  readonly functions?: FunctionModules;
}

/**
 * How a table is read, by its first object, and what a transform makes of its rows.
 *
 * @throws {RequestError} schema, `columns`, transform or output do not fit each other.
 * @throws as {@link lookAtFirst}.
 */
export async function lookAtRows(
  asked: Omit<AskedTable, 'size'>,
  objects: ObjectList,
  { store, engine, functions = new Map() }: LookOptions,
): Promise<TableLayout> {
  const seen = await lookAtFirst(asked, objects, store);
  const { transform } = asked;
  const planned = transform && (await planTransform(engine, seen.schema, transform, functions));
  const layout = tableLayoutOf(asked, { ...seen, ...(planned && { transform: planned }) });
  assertHeld(outputSchemaOf(layout), asked.output);
  return layout;
}
