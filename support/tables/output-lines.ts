import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Manifest } from '#core/manifest/manifest.ts';
import { MADE_SCHEMA } from './made-table.ts';
import { withEngine } from './with-engine.ts';

const AS_TEXTS = Object.keys(MADE_SCHEMA)
  .map((name) => `'${name}': 'VARCHAR'`)
  .join(', ');

/** How the engine by itself, without any code of writers, reads a file of each form. */
const READERS: Readonly<Record<string, (path: string) => string>> = {
  parquet: (path) => `read_parquet('${path}')`,
  csv: (path) =>
    `read_csv('${path}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, columns = {${AS_TEXTS}})`,
  jsonl: (path) => `read_json('${path}', format = 'newline_delimited', columns = {${AS_TEXTS}})`,
};

/** The texts of all fields, whatever form they are stored in. */
const FIELDS = Object.entries(MADE_SCHEMA)
  .map(([name, type]) => `CAST(CAST(${name} AS ${type}) AS VARCHAR) AS ${name}`)
  .join(', ');

function plain(bytes: Uint8Array, compression: string): Uint8Array {
  if (compression === 'gzip') return gunzipSync(bytes);
  return compression === 'zstd' ? zstdDecompressSync(bytes) : bytes;
}

/** The ids of the rows that were left out, by the objects that a manifest has of them. */
export async function rejectedLines(
  { entries }: Pick<Manifest, 'entries'>,
  read: (uri: string) => Promise<Uint8Array>,
): Promise<readonly string[]> {
  const rejected: string[] = [];
  for (const { rejects } of entries) {
    if (rejects === undefined) continue;
    const values = Buffer.from(await read(rejects))
      .toString()
      .trimEnd()
      .split('\n');
    rejected.push(...values.map((value) => `rejected ${JSON.parse(value).text}\n`));
  }
  return rejected;
}

/**
 * Reads all files of a manifest of a made-up table, in its order: each row as a list of JSON, then
 * the ids of the rows that were left out.
 *
 * @param read gives the bytes of an object by its URI.
 */
export async function outputLines(
  manifest: Manifest,
  read: (uri: string) => Promise<Uint8Array>,
): Promise<string> {
  const { entries, output } = manifest;
  if (output.kind !== 'table') throw new Error('the output is no table');
  const { file } = output;
  const readerOf = READERS[file.format];
  if (readerOf === undefined || file.format === 'postgres')
    throw new Error(`nothing reads ${file.format}`);
  const { format, compression } = file;
  return await withEngine(async (engine, directory) => {
    const lines: string[] = [];
    for (const { url, index } of entries) {
      const path = join(directory, `${index}.${format}`);
      const bytes = await read(url);
      await writeFile(path, format === 'parquet' ? bytes : plain(bytes, compression));
      const text = `SELECT ${FIELDS} FROM ${readerOf(path)}`;
      const rows = await engine.runSelect({ text });
      lines.push(...rows.map((row) => `${JSON.stringify(Object.values(row))}\n`));
    }
    return [...lines, ...(await rejectedLines(manifest, read))].join('');
  });
}
