import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { BatchForm } from '#support/batch-form.ts';
import type { BatchKind } from '#support/batched-output.ts';
import { rowsOf } from './table-content.ts';

/** Rows of each batch, of its partitions in turn. */
const ROWS = 6;

/** Partitions of each batch: any two of them have one in common that the third lacks. */
const PARTITIONS = [
  ['a', 'b', 'ab'],
  ['b', 'c', 'ab'],
  ['a', 'c', 'b'],
] as const;

function rowOf(batch: number, row: number): readonly [number, string] {
  const partitions = PARTITIONS[batch]!;
  return [batch * ROWS + row, partitions[row % partitions.length]!];
}

function batchRows(batch: number) {
  return Array.from({ length: ROWS }, (_, row) => rowOf(batch, row));
}

/** Rows of a batch as an output has them: partition by partition. */
function linesOf(batch: number, partitions: readonly string[]): readonly string[] {
  return partitions
    .toSorted()
    .flatMap((partition) => batchRows(batch).filter(([, of]) => of === partition))
    .map((row) => `${JSON.stringify(row)}\n`);
}

/** Partitions of batches after each other, none of which replaces others. */
function allOf(order: readonly number[]): readonly (readonly [number, readonly string[]])[] {
  return order.map((batch) => [batch, PARTITIONS[batch]!] as const);
}

/** Of batches after each other, the partitions of each that none after it has. */
function leftOf(order: readonly number[]): readonly (readonly [number, readonly string[]])[] {
  return order
    .map((batch, at) => {
      const later = new Set(order.slice(at + 1).flatMap((each) => PARTITIONS[each]!));
      return [batch, PARTITIONS[batch]!.filter((each) => !later.has(each))] as const;
    })
    .filter(([, partitions]) => partitions.length > 0);
}

/**
 * Batches of a partitioned table.
 *
 * @param mode by which they come after each other.
 * @param companions of the output.
 */
export function partitionBatches(
  mode: BatchKind['mode'] = 'overwrite-partitions',
  companions: readonly string[] = [],
): BatchForm {
  const isReplacing = mode === 'overwrite-partitions';
  const liveOf = isReplacing ? leftOf : allOf;
  return {
    name: ['partitions', ...companions].join('-'),
    async request({ bucket, s3 }, batch) {
      const Key = `partitions/batch-${batch}`;
      const lines = batchRows(batch).map((row) => `${row.join(',')}\n`);
      const Body = `id,part\n${lines.join('')}`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
      return {
        source: { uri: `s3://${bucket}/${Key}`, format: 'csv' },
        schema: { id: 'bigint', part: 'text' },
        output: { partitionBy: ['part'], ...(companions.length > 0 && { companions }) },
      };
    },
    async content({ entries }, read) {
      const lines: string[] = [];
      for (const { url, partition } of entries) {
        for (const row of await rowsOf(await read(url))) {
          lines.push(`${JSON.stringify([...JSON.parse(row), partition!['part']])}\n`);
        }
      }
      return { text: lines.join(''), crc32: undefined };
    },
    ...(isReplacing && { runs: (order) => leftOf(order).length }),
    async expected(_, live) {
      const lines = liveOf(live).flatMap(([batch, partitions]) => linesOf(batch, partitions));
      return { text: lines.join(''), crc32: undefined };
    },
  };
}
