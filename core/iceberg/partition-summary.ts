import type { AvroValue } from './avro/avro-schema.ts';
import { compareIceberg, type IcebergValue } from './iceberg-value.ts';
import type { PartitionColumn } from './partition-spec.ts';

/** What the files of a manifest have in one column of their partitions. */
export class PartitionSummary {
  readonly #column: PartitionColumn;
  #hasNull = false;
  #least: IcebergValue | undefined;
  #greatest: IcebergValue | undefined;

  constructor(column: PartitionColumn) {
    this.#column = column;
  }

  add(value: IcebergValue | null): void {
    if (value === null) {
      this.#hasNull = true;
      return;
    }
    const [least, greatest] = [this.#least ?? value, this.#greatest ?? value];
    this.#least = compareIceberg(value, least) < 0 ? value : least;
    this.#greatest = compareIceberg(value, greatest) > 0 ? value : greatest;
  }

  record(): Readonly<Record<string, AvroValue>> {
    const { binary } = this.#column;
    return {
      contains_null: this.#hasNull,
      // Partitions by floats are refused.
      contains_nan: false,
      lower_bound: this.#least === undefined ? null : binary(this.#least),
      upper_bound: this.#greatest === undefined ? null : binary(this.#greatest),
    };
  }
}
