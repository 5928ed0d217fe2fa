import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Row } from '@sparse-fanout/engine';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import { ENGINE_BYTES } from '#cli/tables/engine-bytes.ts';
import { ManifestError } from '#core/errors.ts';
import { folderOfEntry } from '#core/manifest/kept-set.ts';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import { partitionFolder } from '#core/tables/partition/partition-folder.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { tableChunkOf } from '#core/tables/run/table-chunk.ts';
import { outputSchemaOf } from '#core/tables/run/table-layout.ts';
import { fileDigestSql, partitionDigestsSql } from '#core/tables/shuffle/digest-sql.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { VALUES } from '#tables/table-file.ts';
import { type EngineRoom, withEngine } from '#tables/with-engine.ts';
import type { OpenedTable } from './table-generation.ts';

/** Stands for rows in their order; see `fileDigestSql`. */
interface Digest {
  readonly rows: bigint;
  readonly sum: bigint;
  readonly weighted: bigint;
}

function digestOf({ rows, sum, weighted }: Row): Digest {
  return {
    rows: BigInt(String(rows)),
    sum: BigInt(String(sum)),
    weighted: BigInt(String(weighted)),
  };
}

/** Digests of the rows of partitions, each of rows that follow those before. */
class PartitionDigests {
  readonly byFolder = new Map<string, Digest>();

  add(folder: string, next: Digest): void {
    const { rows, sum, weighted } = this.byFolder.get(folder) ?? {
      rows: 0n,
      sum: 0n,
      weighted: 0n,
    };
    this.byFolder.set(folder, {
      rows: rows + next.rows,
      sum: sum + next.sum,
      weighted: weighted + next.weighted + rows * next.sum,
    });
  }
}

/** The rows that the source gives, object by object. */
async function sourceDigests(
  { engine, directory }: EngineRoom,
  { objects, layout, store, functions }: OpenedTable,
  partitionBy: readonly string[],
  signal: AbortSignal,
): Promise<PartitionDigests> {
  const digests = new PartitionDigests();
  const schema = outputSchemaOf(layout);
  const path = join(directory, 'rows.parquet');
  await addPlanned(engine, layout, functions);
  for (let object = 0; object < objects.count; object++) {
    signal.throwIfAborted();
    const [start, end] = [object, object + 1].map((each) => ({ object: each, at: 0 }));
    const chunk = tableChunkOf({ index: object, start: start!, end: end! }, objects);
    const pins = parsePins(objects.textOf(chunk.list));
    const slices = await openChunk({ layout, chunk, pins, store });
    const how = { layout, output: VALUES, name: 'rows.parquet', signal };
    await convertChunk(slices, { engine, directory, ...how });
    const text = partitionDigestsSql({ paths: [path], schema, partitionBy });
    for (const row of await engine.runSelect({ text }, { signal })) {
      const values = partitionBy.map((_, at) => row[`v${at}`] as string | null);
      digests.add(partitionFolder(partitionBy, values), digestOf(row));
    }
    await rm(path);
  }
  return digests;
}

/** The rows of the files, in the order of the manifest. */
async function storedDigests(
  { engine, directory }: EngineRoom,
  { run, opened, own, partitionBy }: Compared,
  signal: AbortSignal,
): Promise<PartitionDigests> {
  const digests = new PartitionDigests();
  const schema = fileSchema(outputSchemaOf(opened.layout), partitionBy);
  const path = join(directory, 'stored.parquet');
  for (const entry of own) {
    await run.withChunk(entry, (stored) => pipeline(readBlocks(stored), createWriteStream(path)));
    const text = fileDigestSql(path, schema);
    const [row] = await engine.runSelect({ text }, { signal });
    digests.add(folderOfEntry(partitionBy, entry), digestOf(row!));
    await rm(path);
  }
  return digests;
}

const NONE: Digest = { rows: 0n, sum: 0n, weighted: 0n };

function problemOf(folder: string, stored: Digest, given: Digest): string | undefined {
  if (stored.rows !== given.rows) {
    return `partition ${folder} has ${stored.rows} rows, the source gives ${given.rows}`;
  }
  if (stored.sum !== given.sum) return `partition ${folder} has other rows than the source gives`;
  if (stored.weighted === given.weighted) return undefined;
  return `partition ${folder} has the rows of the source in another order`;
}

/** A generation of a partitioned table, and what is compared of it. */
interface Compared {
  readonly run: StoredRun;
  readonly opened: OpenedTable;
  readonly own: readonly ManifestEntry[];
  readonly partitionBy: readonly string[];
}

/**
 * Compares all rows of a generation of a partitioned table with those of its source: each partition
 * by the number of its rows, their hashes and their order.
 *
 * Memory: that of the engine. In a temporary folder lie the rows of one object, or one file.
 *
 * @returns the indices of the files, or the first difference.
 * @throws {ManifestError} the files are texts, whose types are lost.
 */
export async function comparePartitions(
  run: StoredRun,
  opened: OpenedTable,
  own: readonly ManifestEntry[],
  signal: AbortSignal,
): Promise<number[] | string> {
  const { format } = opened.file;
  if (format !== 'parquet') {
    throw new ManifestError(
      `verify --source compares partitioned tables of Parquet, these files are ${format}; leave out --source`,
    );
  }
  const partitionBy = partitionColumns(run.manifest.output);
  return await withEngine(ENGINE_BYTES, async (room) => {
    const given = await sourceDigests(room, opened, partitionBy, signal);
    const compared = { run, opened, own, partitionBy };
    const stored = await storedDigests(room, compared, signal);
    const { byFolder } = stored;
    // Of partitions that were replaced since, the source gives rows that are gone.
    const all = opened.generation.gone ? [] : given.byFolder.keys();
    for (const folder of new Set([...all, ...byFolder.keys()])) {
      const problem = problemOf(
        folder,
        byFolder.get(folder) ?? NONE,
        given.byFolder.get(folder) ?? NONE,
      );
      if (problem !== undefined) return problem;
    }
    return own.map(({ index }) => index);
  });
}
