import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Engine, ParquetFile } from '@sparse-fanout/engine';
import { changeBytes } from '#campaigns/fuzz/change-bytes.ts';
import type { Change, ChangeContext } from '#campaigns/fuzz/changes.ts';
import { fromText, toText } from '#campaigns/fuzz/changes.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { csvText, type FuzzFormat, jsonlText, makeTable, type SoundTable } from './make-table.ts';

/** One table to read, all of it chosen by the seed and the number of the run. */
export interface TableInput {
  readonly run: number;
  readonly format: FuzzFormat;
  readonly name: string;
  readonly compression?: 'gzip';
  readonly bytes: Uint8Array;
  readonly schema: SoundTable['schema'];
  /** What was done to the sound table; nothing in some runs. */
  readonly changes: readonly string[];
  readonly sliceBytes: number;
}

/** What texts of tables break by. */
const TOKENS: Readonly<Record<'csv' | 'jsonl', readonly string[]>> = {
  csv: [
    ...[
      '"',
      '""',
      '"""',
      ',',
      ',,',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      ' ',
      '\t',
      '\0',
      '\xff',
      '\xc3\xbc',
    ],
    ...[
      '\xef\xbb\xbf',
      '3.7',
      '1e5',
      'NaN',
      '1_000',
      '+1',
      '0x10',
      'yes',
      '5000000000',
      '2024-02-30',
    ],
    ...[
      '2024-01-02T03:04:05Z',
      '2024-01-02 03:04:05.1234567',
      '-0',
      '.5',
      '5.',
      '00',
      '1.005',
      'inf',
    ],
  ],
  jsonl: [
    ...[
      '"',
      '""',
      ',',
      '{',
      '}',
      '[',
      ']',
      ':',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '\0',
      '\xff',
      '\xc3\xbc',
      '\\',
    ],
    ...[
      '\xef\xbb\xbf',
      '3.7',
      '1e5',
      'NaN',
      'null',
      'true',
      '01',
      '-',
      '5000000000',
      '"c0":1',
      '{}',
    ],
    ...[
      '\\ud800',
      '\\u0000',
      '"C0":1',
      '-0',
      '1.005',
      '[1]',
      '{"c0":1}',
      '1E400',
      'Infinity',
      '"x"',
    ],
  ],
};

/** Puts a token in, or in the place of another. */
function changeTokens(tokens: readonly string[]): Change {
  return (bytes, { random, log }) => {
    const parts = toText(bytes).match(/[\w.+-]+|[\s\S]/g) ?? [];
    const at = random.integer(0, parts.length);
    const token = random.pick(random.chance(0.7) || parts.length === 0 ? tokens : parts);
    const gone = random.chance(0.6) ? 1 : 0;
    log.push(`token ${at} ${JSON.stringify(gone ? parts[at] : '')} as ${JSON.stringify(token)}`);
    return fromText(parts.toSpliced(at, gone, token).join(''));
  };
}

/** Drops, repeats or moves a line. */
const changeLines: Change = (bytes, { random, log }) => {
  const lines = toText(bytes).split('\n');
  const at = random.integer(0, lines.length - 1);
  const line = lines[at]!;
  const kind = random.pick(['dropped', 'repeated', 'moved'] as const);
  log.push(`line ${at} ${kind}`);
  if (kind !== 'repeated') lines.splice(at, 1);
  if (kind !== 'dropped') lines.splice(random.integer(0, lines.length), 0, line);
  return fromText(lines.join('\n'));
};

function textChange(format: 'csv' | 'jsonl', random: Random): Change {
  const kind = random.next();
  if (kind < 0.15) return changeBytes;
  return kind < 0.3 ? changeLines : changeTokens(TOKENS[format]);
}

/** Most runs have one to three changes, some none. */
function changed(bytes: Uint8Array, pick: () => Change, context: ChangeContext): Uint8Array {
  let result = bytes;
  const times = context.random.pick([0, 1, 1, 1, 2, 3]);
  for (let k = 0; k < times; k++) result = result.length === 0 ? result : pick()(result, context);
  return result;
}

async function parquetBytes(table: SoundTable, random: Random, engine: Engine, directory: string) {
  const columns = Object.entries(table.schema);
  const places = columns.map((_, k) => `c${k}`);
  const literal = (value: string | null) =>
    value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
  const rows = table.rows.map((row) => `(${row.map(literal).join(', ')})`);
  const none = `SELECT ${places.map((name) => `NULL AS ${name}`).join(', ')} LIMIT 0`;
  const from =
    rows.length > 0 ? `SELECT * FROM (VALUES ${rows.join(', ')}) t(${places.join(', ')})` : none;
  const casts = columns.map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`);
  const path = join(directory, 'made.parquet');
  const compression = random.pick(['none', 'zstd', 'snappy', 'gzip'] as const);
  const file: ParquetFile = { path, format: 'parquet', compression, rowGroupRows: 2048 };
  await engine.writeSelect({ text: `SELECT ${casts.join(', ')} FROM (${from})` }, file);
  const bytes = await readFile(path);
  await rm(path);
  return new Uint8Array(bytes);
}

/** Makes the table of a run. */
export async function tableInput(
  format: FuzzFormat,
  { seed, run }: { readonly seed: number; readonly run: number },
  engine: Engine,
  directory: string,
): Promise<TableInput> {
  const random = createRandom(seed * 1_000_003 + run);
  const table = makeTable(random);
  const log: string[] = [];
  const context = { random, log, other: new Uint8Array(random.integer(0, 40)).fill(34) };
  const common = { run, format, schema: table.schema, changes: log };
  const sliceBytes = () => random.integer(8, 400);
  if (format === 'parquet') {
    const whole = await parquetBytes(table, random, engine, directory);
    const bytes = changed(whole, () => changeBytes, context);
    return { ...common, name: 'fuzz.parquet', bytes, sliceBytes: sliceBytes() };
  }
  const text = Buffer.from(format === 'csv' ? csvText(table, random) : jsonlText(table, random));
  const bytes = changed(new Uint8Array(text), () => textChange(format, random), context);
  if (random.chance(0.85))
    return { ...common, name: `fuzz.${format}`, bytes, sliceBytes: sliceBytes() };
  const whole = new Uint8Array(gzipSync(bytes));
  const packed = random.chance(0.5) ? whole : changed(whole, () => changeBytes, context);
  return {
    ...common,
    name: `fuzz.${format}.gz`,
    compression: 'gzip',
    bytes: packed,
    sliceBytes: sliceBytes(),
  };
}
