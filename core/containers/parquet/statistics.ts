import { columnType } from './column-type.ts';
import { CompactReader } from './compact-reader.ts';
import type { ParquetFooter } from './footer.ts';
import type { SchemaLeaf } from './schema-types.ts';
import { statisticText } from './statistic-text.ts';
import { compareValues, type StatisticValue, statisticValue } from './statistic-value.ts';

/** What is known of the values of a column in all of a file. */
export interface ColumnStatistics {
  readonly name: string;
  /** In the words of DuckDB. */
  readonly type: string;
  /** Absent where the file does not say. */
  readonly nulls?: number;
  /** Absent where all is null, or the file does not say, or the type has no order. */
  readonly min?: string;
  readonly max?: string;
  /** False if `min` or `max` is a bound and not a value: a shortened text. Else absent. */
  readonly isExact?: false;
  /** Of its values as they are stored. */
  readonly bytes: number;
}

/** The least or greatest value so far. Lost once one row group lacks it. */
class Bound {
  readonly #sign: 1 | -1;
  #value: StatisticValue | undefined;
  #isLost = false;
  isExact = true;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  add(value: StatisticValue | undefined, isExact: boolean): void {
    this.isExact &&= isExact;
    this.#isLost ||= value === undefined;
    if (value === undefined) return;
    const isBeyond =
      this.#value === undefined || this.#sign * compareValues(value, this.#value) > 0;
    if (isBeyond) this.#value = value;
  }

  get value(): StatisticValue | undefined {
    return this.#isLost ? undefined : this.#value;
  }
}

/** Statistics of one column chunk as they lie in the file. */
interface ChunkStatistics {
  readonly min?: Uint8Array;
  readonly max?: Uint8Array;
  readonly nulls?: number;
  readonly isExact: boolean;
}

/** One column chunk. */
interface Chunk {
  readonly statistics: ChunkStatistics;
  /** Of its pages as they are stored. */
  readonly bytes: number;
}

function readChunkStatistics(reader: CompactReader, type: number): ChunkStatistics {
  let found: ChunkStatistics = { isExact: true };
  reader.structOf(type, (field) => {
    if (field.id === 3) found = { ...found, nulls: reader.integer(field.type) };
    else if (field.id === 5) found = { ...found, max: reader.binary(field.type) };
    else if (field.id === 6) found = { ...found, min: reader.binary(field.type) };
    else if (field.id === 7 || field.id === 8)
      found = { ...found, isExact: reader.boolean(field.type) && found.isExact };
    else reader.skip(field.type);
  });
  return found;
}

/** Gathers the statistics of one column over the row groups. */
class ColumnTally {
  readonly #leaf: SchemaLeaf;
  readonly #min = new Bound(-1);
  readonly #max = new Bound(1);
  #nulls: number | undefined = 0;
  #bytes = 0;

  constructor(leaf: SchemaLeaf) {
    this.#leaf = leaf;
  }

  add({ statistics, bytes }: Chunk, rows: number): void {
    const { min, max, nulls, isExact } = statistics;
    this.#bytes += bytes;
    this.#nulls =
      nulls === undefined || this.#nulls === undefined ? undefined : this.#nulls + nulls;
    if (nulls === rows) return;
    this.#min.add(min && statisticValue(min, this.#leaf), isExact);
    this.#max.add(max && statisticValue(max, this.#leaf), isExact);
  }

  result(uri: string): ColumnStatistics {
    const type = columnType(this.#leaf, uri);
    const min = this.#text(this.#min, 'min');
    const max = this.#text(this.#max, 'max');
    const isExact = (min?.isExact ?? true) && (max?.isExact ?? true);
    return {
      name: this.#leaf.name,
      type,
      ...(this.#nulls === undefined ? {} : { nulls: this.#nulls }),
      ...(min === undefined ? {} : { min: min.text }),
      ...(max === undefined ? {} : { max: max.text }),
      ...(isExact ? {} : { isExact }),
      bytes: this.#bytes,
    };
  }

  #text({ value, isExact }: Bound, bound: 'min' | 'max') {
    const text = value === undefined ? undefined : statisticText(value, this.#leaf, bound);
    return text && { text: text.text, isExact: isExact && text.isExact };
  }
}

const NOTHING: ChunkStatistics = { isExact: true };

/** Reads one column chunk up to its statistics. */
function readChunk(reader: CompactReader): Chunk {
  let statistics = NOTHING;
  let bytes = 0;
  reader.struct(({ id, type }) => {
    if (id !== 3) return reader.skip(type);
    reader.structOf(type, (field) => {
      if (field.id === 7) bytes = reader.integer(field.type);
      else if (field.id === 12) statistics = readChunkStatistics(reader, field.type);
      else reader.skip(field.type);
    });
  });
  return { statistics, bytes };
}

/**
 * Statistics of the columns of a file, joined over its row groups: nulls, and the least and
 * greatest value as text. Columns that are nested have none.
 *
 * Reads nothing. Ignores the older `min` and `max`, whose order was never said.
 *
 * @throws {CorruptSourceError} the statistics are damaged.
 * @throws {UnsupportedSourceError} a column of a type that is not read.
 */
export function readStatistics(footer: ParquetFooter): readonly ColumnStatistics[] {
  const { bytes, leaves, rowGroups, uri } = footer;
  const tallies = leaves.map((leaf) => new ColumnTally(leaf));
  for (const { rows, described } of rowGroups) {
    const reader = new CompactReader(bytes, `the footer of ${uri}`, described.start);
    reader.struct(({ id, type }) => {
      if (id !== 1) return reader.skip(type);
      let column = 0;
      reader.structs(type, () => tallies[column++]!.add(readChunk(reader), rows));
    });
  }
  return tallies
    .filter((_, i) => leaves[i]!.path.length === 1 && leaves[i]!.isFlat)
    .map((tally) => tally.result(uri));
}
