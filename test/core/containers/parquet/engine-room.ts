import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duckdb } from '@sparse-fanout/engine/duckdb.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { ParquetSlice } from '#core/containers/parquet/slice-footer.ts';
import { writeSlice } from '#core/containers/parquet/write-slice.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * A directory of Parquet files, and DuckDB that writes and reads them: not locked down, so that it
 * writes files of any form.
 */
export async function openEngineRoom() {
  const directory = await mkdtemp(join(tmpdir(), 'parquet-'));
  const options = { threads: '1', memory_limit: '300MB' };
  const instance = await duckdb.DuckDBInstance.create(':memory:', options);
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const run = async (text: string) => (await connection.runAndReadAll(text)).getRowObjects();
  let files = 0;
  const newPath = () => join(directory, `${files++}.parquet`);
  return {
    /** Runs a SELECT; `FILE` stands for the path. */
    async select(text: string, path = ''): Promise<readonly Row[]> {
      return await run(text.replaceAll('FILE', `read_parquet('${path}')`));
    },
    /** Writes the rows of a SELECT. */
    async make(select: string, form = ''): Promise<ByteSource & { readonly path: string }> {
      const path = newPath();
      await run(`COPY (${select}) TO '${path}' (FORMAT parquet ${form})`);
      return { ...memorySource(await readFile(path), path), path };
    },
    /** Writes a slice. @returns its path */
    async write(source: ByteSource, slice: ParquetSlice): Promise<string> {
      const path = newPath();
      const file = await open(path, 'w');
      await writeSlice(source, slice, {
        async write(bytes, at) {
          await file.write(bytes, 0, bytes.length, at);
        },
      });
      await file.close();
      return path;
    },
    /** Copies a file to where the engine may read it. @returns its path */
    async copy(bytes: Uint8Array): Promise<string> {
      const path = newPath();
      const file = await open(path, 'w');
      await file.writeFile(bytes);
      await file.close();
      return path;
    },
    async close(): Promise<void> {
      connection.closeSync();
      instance.closeSync();
      await rm(directory, { recursive: true });
    },
  };
}
