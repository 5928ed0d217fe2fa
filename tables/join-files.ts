import { type FileHandle, open } from 'node:fs/promises';
import type { WrittenFile } from '@sparse-fanout/engine';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { PARQUET_MAGIC } from '#core/containers/parquet/footer.ts';
import { joinFooters } from '#core/containers/parquet/join-footers.ts';
import { fileFooter } from './file-statistics.ts';

const COPIED_BYTES = 1024 * 1024;

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function copyRange(
  path: string,
  { offset, length }: ByteRange,
  { file, at, buffer }: { file: FileHandle; at: number; buffer: Uint8Array },
): Promise<void> {
  const source = await open(path);
  try {
    for (let done = 0; done < length; ) {
      const wanted = Math.min(buffer.length, length - done);
      const { bytesRead } = await source.read(buffer, 0, wanted, offset + done);
      if (bytesRead === 0) throw new Error(`${path} is shorter than its footer says`);
      await writeAll(file, buffer.subarray(0, bytesRead), at + done);
      done += bytesRead;
    }
  } finally {
    await source.close();
  }
}

/**
 * Writes the rows of Parquet files of the same columns into a new one, one file after the other,
 * their row groups as they are. Holds 1 MiB and the footers.
 *
 * @param template a file with the schema and key-value metadata of the new one.
 * @throws {CorruptSourceError} a file has other columns than the template.
 */
export async function joinParquetFiles(
  template: string,
  paths: readonly string[],
  path: string,
): Promise<WrittenFile> {
  const footers = await Promise.all(paths.map(fileFooter));
  const { bodies, rows, end } = joinFooters(await fileFooter(template), footers);
  const buffer = new Uint8Array(COPIED_BYTES);
  const file = await open(path, 'wx');
  try {
    await writeAll(file, PARQUET_MAGIC, 0);
    for (const [index, { from, at }] of bodies.entries()) {
      await copyRange(paths[index]!, from, { file, at, buffer });
    }
    await writeAll(file, end.bytes, end.at);
  } finally {
    await file.close();
  }
  return { rows, bytes: end.at + end.bytes.length };
}
