import { gzipSync } from 'node:zlib';
import type { Random } from '#support/seeded-random.ts';
import { parquetOf } from './table-content.ts';

/** The columns of made-up tables, as a request has them. */
export const MADE_SCHEMA = {
  id: 'bigint',
  name: 'text',
  price: 'decimal(12,2)',
  seen: 'timestamp',
} as const;

/** The texts of the fields, as SQL prints them; null is NULL. */
export type MadeRow = readonly (string | null)[];

/** How an object of a made-up table is stored. */
export interface MadeForm {
  readonly format: 'csv' | 'jsonl' | 'parquet';
  /** Of the texts. */
  readonly gzip: boolean;
}

/** Rows of one object, and how many of them have no number as their id. */
export interface MadeSize {
  readonly rows: number;
  /** Share of the rows that do not fit the schema. */
  readonly badShare: number;
}

const NAMES = ['', 'a', 'two words', 'a "quoted" text', 'two\nlines', 'comma, and more', 'žluť 🐎'];

/** Rows with ids from `firstId` on, so that no two rows of a table are the same. */
export function madeRows(
  random: Random,
  firstId: number,
  { rows, badShare }: MadeSize,
): readonly MadeRow[] {
  return Array.from({ length: rows }, (_, k) => [
    `${random.chance(badShare) ? 'bad ' : ''}${firstId + k}`,
    random.chance(0.1) ? null : random.pick(NAMES),
    random.chance(0.1) ? null : (random.integer(-99_999, 99_999) / 100).toFixed(2),
    `2024-02-${random.integer(10, 29)} 03:04:${random.integer(10, 59)}`,
  ]);
}

/** Whether a row fits the schema. */
export function isGood([id]: MadeRow): boolean {
  return /^\d+$/.test(id ?? '');
}

function csvField(text: string | null): string {
  if (text === null) return '';
  return text === '' || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const NAMES_OF_COLUMNS = Object.keys(MADE_SCHEMA);

function csvOf(rows: readonly MadeRow[]): string {
  return [NAMES_OF_COLUMNS, ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('');
}

function jsonLinesOf(rows: readonly MadeRow[]): string {
  const objects = rows.map((row) =>
    Object.fromEntries(row.map((text, at) => [NAMES_OF_COLUMNS[at], text])),
  );
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

function sqlText(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** Of so many rows a row group. */
const ROW_GROUP_ROWS = 2048;

function madeParquet(rows: readonly MadeRow[]): Promise<Uint8Array> {
  const values = rows.map((row) => `(${row.map(sqlText).join(', ')})`).join(', ');
  const columns = Object.entries(MADE_SCHEMA).map(([name, type]) => {
    return `CAST(${name} AS ${type}) AS ${name}`;
  });
  const from = `(VALUES ${values}) AS made(${NAMES_OF_COLUMNS.join(', ')})`;
  return parquetOf(`SELECT ${columns.join(', ')} FROM ${from}`, ROW_GROUP_ROWS);
}

/** The bytes of an object with these rows. One of Parquet holds good rows only, at least one. */
export async function madeObject(
  rows: readonly MadeRow[],
  { format, gzip }: MadeForm,
): Promise<Uint8Array> {
  if (format === 'parquet') return await madeParquet(rows);
  const text = Buffer.from(format === 'csv' ? csvOf(rows) : jsonLinesOf(rows));
  return gzip ? gzipSync(text) : text;
}

/** What an output of these rows holds, as {@link outputLines} reads it. */
export function expectedLines(rows: readonly MadeRow[]): string {
  const good = rows.filter(isGood).map((row) => `${JSON.stringify(row)}\n`);
  const bad = rows.filter((row) => !isGood(row)).map(([id]) => `rejected ${id}\n`);
  return [...good, ...bad].join('');
}
