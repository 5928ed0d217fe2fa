import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { memorySource } from '#core/bytes/memory-source.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import { partitionFolder } from '#core/tables/partition/partition-folder.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import { packPartitions } from '#core/tables/shuffle/pack-partitions.ts';
import { ScatteredRows } from '#core/tables/shuffle/scattered-rows.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';
import { gatherRows } from '#tables/gather-rows.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { scatterRows } from '#tables/scatter-rows.ts';
import type { PlannedTable } from './convert-table.ts';
import { withEngine } from './with-engine.ts';

/** A file of a partitioned table. */
interface PartitionedFile {
  readonly chunk: Omit<GatherChunk, 'list'>;
  /** Below the folder of chunks, such as `day=1/chunk-000000.parquet`. */
  readonly name: string;
  readonly predictedBytes: number;
}

/** What became of a partitioned table. */
export interface PartitionedTable {
  readonly files: readonly PartitionedFile[];
  readonly rejected: readonly RejectedValue[];
  /** What mappers wrote. */
  readonly objects: readonly Buffer[];
}

interface Scattered {
  readonly rows: ScatteredRows;
  readonly objects: readonly Buffer[];
  readonly rejected: readonly RejectedValue[];
}

function partitionsOf({ asked }: PlannedTable): readonly string[] {
  return asked.partitionBy ?? [];
}

async function scatterOne(table: PlannedTable, chunk: TableChunk) {
  const { objects, layout, store, asked } = table;
  return await withEngine(async (engine, directory) => {
    const pins = parsePins(objects.textOf(chunk.list));
    const slices = await openChunk({ layout, chunk, pins, store });
    const form = { layout, output: asked.output, partitionBy: partitionsOf(table) };
    const options = { ...form, engine, directory, name: 'scattered.parquet' };
    const scattered = await scatterRows(slices, options);
    return { ...scattered, bytes: await readFile(join(directory, options.name)) };
  });
}

async function scatterAll(table: PlannedTable): Promise<Scattered> {
  const rows = new ScatteredRows(partitionsOf(table));
  const objects: Buffer[] = [];
  const rejected: RejectedValue[] = [];
  for (const chunk of table.chunks) {
    const { bytes, rejected: own, ...index } = await scatterOne(table, chunk);
    rows.add({ ...index, size: bytes.length, etag: randomUUID(), rejected: own.length });
    objects.push(bytes);
    rejected.push(...own);
  }
  return { rows, objects, rejected };
}

/**
 * Scatters a planned table and gathers its partitions into a directory, as mappers and writers do:
 * each chunk of the plan is one mapper.
 */
export async function partitionTable(
  table: PlannedTable,
  { out, targetFileBytes }: { readonly out: string; readonly targetFileBytes: number },
): Promise<PartitionedTable> {
  const partitionBy = partitionsOf(table);
  const { rows, objects, rejected } = await scatterAll(table);
  const files: PartitionedFile[] = [];
  for (const file of packPartitions(rows, { targetFileBytes, ratio: 1, firstIndex: 0 })) {
    const { shares, predictedBytes, ...chunk } = file;
    const name = `${partitionFolder(partitionBy, chunk.partition)}chunk-${chunkId(chunk.index)}`;
    const opened = shares.map(({ mapper, rows: within }) => {
      return { rows: within, source: memorySource(objects[mapper]!, `mapper ${mapper}`) };
    });
    await withEngine(async (engine, directory) => {
      const form = { layout: table.layout, output: table.asked.output, partitionBy };
      await gatherRows(opened, { ...form, engine, directory, name: 'out' });
      const path = join(out, `${name}.parquet`);
      await mkdir(dirname(path), { recursive: true });
      await copyFile(join(directory, 'out'), path);
    });
    files.push({ chunk, name: `${name}.parquet`, predictedBytes });
  }
  return { files, rejected, objects };
}
