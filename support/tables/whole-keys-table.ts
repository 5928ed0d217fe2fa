import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memorySource } from '#core/bytes/memory-source.ts';
import { chunkId } from '#core/run/chunk-name.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { Mapper } from '#core/tables/shuffle/scattered-rows.ts';
import { gatherKeys } from '#tables/gather-keys.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { type PackedKeyFiles, packScatteredKeys } from '#tables/pack-scattered-keys.ts';
import { scatterWholeKeys } from '#tables/scatter-keys.ts';
import type { PlannedTable } from './convert-table.ts';
import { withEngine } from './with-engine.ts';

/** A file of whole keys. */
interface WholeFile {
  readonly chunk: Omit<GatherChunk, 'list'>;
  /** Below the folder of chunks. */
  readonly name: string;
  readonly predictedBytes: number;
  readonly bytes: number;
  /** Pieces that it gathers. */
  readonly shares: number;
}

/** What became of a table whose keys are whole. */
export interface WholeKeysTable extends Omit<PackedKeyFiles, 'files'> {
  readonly files: readonly WholeFile[];
}

interface Scattered {
  readonly mapper: Mapper;
  readonly bytes: Buffer;
  readonly index: Buffer;
}

async function scatterOne(table: PlannedTable, chunk: TableChunk): Promise<Scattered> {
  const { objects, layout, store, asked } = table;
  return await withEngine(async (engine, directory) => {
    const pins = parsePins(objects.textOf(chunk.list));
    const slices = await openChunk({ layout, chunk, pins, store });
    const names = { name: 'scattered.parquet', index: 'keys.parquet' };
    const options = { layout, output: asked.output, engine, directory, ...names };
    const { rows, rejected } = await scatterWholeKeys(slices, options);
    const bytes = await readFile(join(directory, names.name));
    const mapper = { rows, size: bytes.length, etag: randomUUID(), filtered: 0 };
    return {
      mapper: { ...mapper, rejected: rejected.length },
      bytes,
      index: await readFile(join(directory, names.index)),
    };
  });
}

/** How a table is packed and where its files go. */
interface WholeKeysOptions {
  readonly out: string;
  readonly targetFileBytes: number;
  /** Bytes of values of a chunk. */
  readonly mostBytes?: number;
}

/**
 * Scatters a planned table and gathers its keys into a directory, as mappers and writers do: each
 * chunk of the plan is one mapper.
 */
export async function keepKeysWhole(
  table: PlannedTable,
  { out, ...sizes }: WholeKeysOptions,
): Promise<WholeKeysTable> {
  const { layout, asked } = table;
  const scattered = await Array.fromAsync(table.chunks, (chunk) => scatterOne(table, chunk));
  await mkdir(out, { recursive: true });
  return await withEngine(async (engine, directory) => {
    const paths = scattered.map((_, mapper) => join(directory, `index-${mapper}.parquet`));
    for (const [at, { index }] of scattered.entries()) await writeFile(paths[at]!, index);
    const indexes = { layout, paths, mappers: scattered.map(({ mapper }) => mapper) };
    const options = { engine, directory, ratio: 1, firstIndex: 0, ...sizes };
    const { files: packed, ...counted } = await packScatteredKeys(indexes, options);
    const files: WholeFile[] = [];
    for await (const { shares, predictedBytes, ...chunk } of packed) {
      const name = `chunk-${chunkId(chunk.index)}.parquet`;
      const opened = shares.map(({ mapper, rows }) => {
        return { rows, source: memorySource(scattered[mapper]!.bytes, `mapper ${mapper}`) };
      });
      const bytes = await withEngine(async (own, ownDirectory) => {
        const form = { layout, output: asked.output, name: 'out' };
        const { gathered, written } = await gatherKeys(opened, {
          ...{ ...form, engine: own, directory: ownDirectory },
        });
        if (gathered !== chunk.within.end - chunk.within.start) throw new Error('rows are missing');
        await copyFile(join(ownDirectory, 'out'), join(out, name));
        return written.bytes;
      });
      files.push({ chunk, name, predictedBytes, bytes, shares: shares.length });
    }
    return { ...counted, files };
  });
}
