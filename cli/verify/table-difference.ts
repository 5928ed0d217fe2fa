import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readBlocks } from '#cli/sources/read-blocks.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import type { EngineRoom } from '#tables/with-engine.ts';
import { firstDifference } from './first-difference.ts';

const LINE_FEED = 10;

/** The first row, from 0, in which two Parquet files differ; undefined if one cannot be read. */
async function differentRow(
  { engine, directory }: EngineRoom,
  stored: ByteSource,
  again: string,
): Promise<number | undefined> {
  const copy = join(directory, 'stored.parquet');
  await pipeline(readBlocks(stored), createWriteStream(copy));
  const text = `SELECT min(place) AS place FROM (
    SELECT row_number() OVER () - 1 AS place, one, other
    FROM read_parquet('${copy}') AS one POSITIONAL JOIN read_parquet('${again}') AS other
  ) WHERE one IS DISTINCT FROM other`;
  const rows = await engine.runSelect({ text }).catch(() => []);
  const place = rows[0]?.['place'];
  return place === null || place === undefined ? undefined : Number(place);
}

/** The line, from 1, in which a byte lies. */
async function lineOf(stored: ByteSource, byte: number): Promise<number> {
  let line = 1;
  let offset = 0;
  for await (const block of readBlocks(stored)) {
    for (const value of block.subarray(0, byte - offset)) if (value === LINE_FEED) line += 1;
    offset += block.length;
    if (offset >= byte) break;
  }
  return line;
}

/**
 * Where a file differs from what the source gives: the byte, and the row of Parquet or the line of
 * a plain text.
 *
 * @param again path of the file that was made again, in the directory of the engine.
 * @returns undefined if they are equal byte for byte.
 */
export async function tableDifference(
  room: EngineRoom,
  file: Exclude<TableOutput, { readonly format: 'postgres' }>,
  { stored, again }: { readonly stored: ByteSource; readonly again: string },
): Promise<string | undefined> {
  const byte = await firstDifference(readBlocks(stored), createReadStream(again));
  if (byte === undefined) return undefined;
  if (file.format !== 'parquet') {
    return file.compression === 'none'
      ? `byte ${byte}, in line ${await lineOf(stored, byte)}`
      : `byte ${byte}`;
  }
  const row = await differentRow(room, stored, again);
  return row === undefined ? `byte ${byte}` : `byte ${byte}, first in its row ${row}`;
}
