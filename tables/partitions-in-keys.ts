import { type Engine, EngineError } from '@sparse-fanout/engine';
import { hiveColumns } from '#core/tables/order/hive-columns.ts';
import { type KeyPartition, keyPartitions } from '#core/tables/partition/key-partitions.ts';
import type { PartitionValue } from '#core/tables/partition/partition-folder.ts';
import { printedSql } from '#core/tables/partition/partition-sql.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import { schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { sourceNames, textOfKey } from '#core/tables/schema/map-columns.ts';
import type { Column } from '#core/tables/schema/table-schema.ts';
import { allPins } from './table-units.ts';

/** A table whose columns are known, and by which of them it is partitioned. */
interface PartitionedTable {
  readonly layout: TableLayout;
  readonly partitionBy: readonly string[];
  readonly objects: ObjectList;
}

/** What prints the values of keys. */
interface PrintOptions {
  readonly engine: Engine;
  readonly signal?: AbortSignal;
}

/** Texts in one SELECT. */
const BATCH = 1000;

/**
 * The columns of partitions, if the folders of the objects alone say their values: the objects have
 * no such columns, and no transform makes others of them.
 */
function columnsInKeys({ layout, partitionBy, objects }: PartitionedTable) {
  const { columns, transform, byName, first } = layout;
  // By name, objects that were not looked at may have the column themselves.
  if (transform !== undefined || byName || objects.count === 0) return undefined;
  const inKeys = new Set(hiveColumns(objects.pins(0, 1)[0]!.uri).map(({ name }) => name));
  const own = new Set(first?.names);
  const schema = schemaOf(layout);
  const found = partitionBy.flatMap((by) => {
    const column = schema.find(({ name }) => name === by)!;
    const names = sourceNames(columns, column);
    const isInKeys = names.some((name) => inKeys.has(name)) && !names.some((name) => own.has(name));
    return isInKeys ? [column] : [];
  });
  return found.length === partitionBy.length ? found : undefined;
}

/** Texts in keys, and what SQL prints for their values; undefined if one is no value. */
async function printedTexts(
  column: Column,
  texts: ReadonlySet<string>,
  { engine, signal }: PrintOptions,
): Promise<ReadonlyMap<string, string> | undefined> {
  const printed = new Map<string, string>();
  const all = [...texts];
  for (let start = 0; start < all.length; start += BATCH) {
    const text = printedSql(column, all.slice(start, start + BATCH));
    const rows = await engine.runSelect({ text }, signal && { signal }).catch((error: unknown) => {
      if (error instanceof EngineError && error.kind === 'conversion') return undefined;
      throw error;
    });
    if (rows === undefined) return undefined;
    for (const row of rows) printed.set(String(row['given']), String(row['printed']));
  }
  return printed;
}

/** What the keys of the objects say of a column, for each object in their order. */
function* textsOf(column: Column, { layout, objects }: PartitionedTable) {
  const { columns } = layout;
  for (const { uri } of allPins({ objects })) {
    yield textOfKey(column, { columns, keyColumns: hiveColumns(uri) });
  }
}

/**
 * The partitions of a table that lie in the keys of its objects, so that nothing has to be
 * shuffled.
 *
 * One SELECT for a thousand values of a column. Holds 100 bytes for each value and partition.
 *
 * @returns undefined where the rows of a partition have to be found among others: objects have the
 * column themselves or are read by name, a transform makes it, a folder is no value of it, or the
 * folders do not ascend.
 * @throws as {@link keyPartitions}.
 */
export async function partitionsInKeys(
  table: PartitionedTable,
  options: PrintOptions,
): Promise<readonly KeyPartition[] | undefined> {
  const columns = columnsInKeys(table);
  if (columns === undefined) return undefined;
  const printed: ReadonlyMap<string, string>[] = [];
  for (const column of columns) {
    const texts = new Set(Iterator.from(textsOf(column, table)).filter((text) => text !== null));
    const found = await printedTexts(column, texts, options);
    if (found === undefined) return undefined;
    printed.push(found);
  }
  const { columns: mapping } = table.layout;
  const values = function* (): Generator<readonly PartitionValue[]> {
    for (const { uri } of allPins(table)) {
      const keyColumns = hiveColumns(uri);
      yield columns.map((column, at) => {
        const text = textOfKey(column, { columns: mapping, keyColumns });
        return text === null ? null : printed[at]!.get(text)!;
      });
    }
  };
  return keyPartitions(table.partitionBy, values());
}
