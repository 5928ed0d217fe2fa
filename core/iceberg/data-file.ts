import type { AvroValue } from './avro/avro-schema.ts';
import type { IcebergStruct } from './iceberg-type.ts';
import { boundBytes } from './iceberg-value.ts';

/** Of a column that is not nested; bounds are texts, as SQL prints values. */
interface FileStatistics {
  readonly column: string;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly nulls?: number | undefined;
  /** Of its values as they are stored. */
  readonly bytes?: number | undefined;
}

/** A file that is in the table with a generation, or leaves it. */
export interface LiveFile {
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  /** The generation with which it came into the table. */
  readonly addedBy: number;
  /** Values of the columns of the partition spec as texts, in its order; null is NULL. */
  readonly partition: readonly (string | null)[];
  readonly statistics: readonly FileStatistics[];
}

type Pair<T> = { readonly key: number; readonly value: T };

/** Pairs of the columns that have a value; null where none has. */
function pairs<T>(
  ids: readonly number[],
  of: (index: number) => T | undefined,
): readonly Pair<T>[] | null {
  const found = ids.flatMap((key, index) => {
    const value = of(index);
    return value === undefined ? [] : [{ key, value }];
  });
  return found.length === 0 ? null : found;
}

/** The part of a manifest's entry that a file's statistics are. */
export function metricsOf(
  { rows, statistics }: LiveFile,
  { fields }: IcebergStruct,
): Readonly<Record<string, AvroValue>> {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const known = statistics.filter(({ column }) => byName.has(column));
  const columns = known.map(({ column }) => byName.get(column)!);
  const ids = columns.map(({ id }) => id);
  const bound = (side: 'lower' | 'upper') => (index: number) => {
    const text = side === 'lower' ? known[index]!.min : known[index]!.max;
    return text === undefined ? undefined : boundBytes(columns[index]!.type, text, side);
  };
  return {
    column_sizes: pairs(ids, (index) => known[index]!.bytes),
    value_counts: pairs(ids, () => rows),
    null_value_counts: pairs(ids, (index) => known[index]!.nulls),
    lower_bounds: pairs(ids, bound('lower')),
    upper_bounds: pairs(ids, bound('upper')),
  };
}
