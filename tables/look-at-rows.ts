import type { Engine, FunctionModules } from '@sparse-fanout/engine';
import type { TransformArns } from '#core/contract.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { keyColumns } from '#core/tables/keys/key-columns.ts';
import { assertPartitions } from '#core/tables/partition/partition-columns.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import {
  type FirstLook,
  outputSchemaOf,
  type TableLayout,
  tableLayoutOf,
} from '#core/tables/run/table-layout.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { assertHeld, lookAtFirst } from './first-look.ts';
import { planFunction } from './plan-function.ts';
import { planTransform } from './plan-transform.ts';

/** What checks the transform of a request. */
interface TransformOptions {
  readonly engine: Engine;
  /** Functions of the deployment. Absent outside of one. */
  readonly transforms?: TransformArns;
  /** Functions that a transform may call. @default none */
  readonly functions?: FunctionModules;
}

/** Where the objects of a table lie, and what checks the transform of its request. */
export interface LookOptions extends TransformOptions {
  readonly store: ObjectStore;
}

async function plannedTransform(
  { transform, keysWhole }: Pick<AskedTable, 'transform' | 'keysWhole'>,
  schema: TableSchema,
  { engine, transforms, functions = new Map() }: TransformOptions,
): Promise<Pick<TableLayout, 'transform'>> {
  if (transform === undefined) return {};
  if ('lambda' in transform) return { transform: planFunction(transform, schema, transforms) };
  return { transform: await planTransform(engine, { schema, keysWhole }, transform, functions) };
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
  options: LookOptions,
): Promise<TableLayout> {
  return await layoutOfSeen(asked, await lookAtFirst(asked, objects, options.store), options);
}

/**
 * How a table is read that was looked at, and what a transform makes of its rows.
 *
 * @throws {RequestError} schema, `columns`, transform or output do not fit each other.
 */
export async function layoutOfSeen(
  asked: Omit<AskedTable, 'size'>,
  seen: FirstLook,
  options: TransformOptions,
): Promise<TableLayout> {
  if (asked.keysWhole !== undefined) keyColumns(seen.schema, asked.keysWhole);
  const planned = await plannedTransform(asked, seen.schema, options);
  const layout = tableLayoutOf(asked, { ...seen, ...planned });
  const schema = outputSchemaOf(layout);
  assertHeld(schema, asked.output);
  if (asked.partitionBy !== undefined) assertPartitions(schema, asked.partitionBy);
  return layout;
}
