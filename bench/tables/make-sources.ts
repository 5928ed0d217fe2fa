import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createRandom } from '#support/seeded-random.ts';
import { COLUMNS, CSV_HEADER, csvRecord, jsonLine } from './columns.ts';

const SEED = 20_261_128;
/** Texts are handed on in pieces of about so many characters. */
const PIECE = 1 << 16;
/** Objects of JSON lines are small, as programs that log write them. */
const GZIP_OBJECTS = 4;

type Row = readonly (string | null)[];

function* madeRows(count: number): Generator<Row> {
  const random = createRandom(SEED);
  for (let row = 0; row < count; row++) yield COLUMNS.map(({ value }) => value(random, row));
}

/** As many rows of an iterator as are asked for, as texts. */
function* pieces(rows: Iterator<Row>, count: number, text: (row: Row) => string, head = '') {
  let piece = head;
  for (let row = 0; row < count; row++) {
    piece += text(rows.next().value);
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

/** Writes a file under another name first, so that one that is there is whole. */
async function writeOnce(file: string, write: (unfinished: string) => Promise<void>) {
  if (existsSync(file)) return;
  await mkdir(path.dirname(file), { recursive: true });
  await write(`${file}.unfinished`);
  await rename(`${file}.unfinished`, file);
}

/** Writes the table as one object of CSV, unless it is there. */
export async function makeCsv(folder: string, rows: number): Promise<string> {
  const file = path.join(folder, `orders-${rows}.csv`);
  await writeOnce(file, async (unfinished) => {
    const text = pieces(madeRows(rows), rows, csvRecord, CSV_HEADER);
    await pipeline(Readable.from(text), createWriteStream(unfinished));
  });
  return file;
}

/** Writes the table as four objects of JSON lines in gzip, unless they are there. */
export async function makeJsonl(folder: string, rows: number): Promise<readonly string[]> {
  const each = Math.ceil(rows / GZIP_OBJECTS);
  const files = Array.from({ length: GZIP_OBJECTS }, (_, index) =>
    path.join(folder, `orders-${rows}-${index}.jsonl.gz`),
  );
  if (files.every((file) => existsSync(file))) return files;
  const made = madeRows(rows);
  for (const [index, file] of files.entries()) {
    const text = pieces(made, Math.min(each, rows - index * each), jsonLine);
    await pipeline(Readable.from(text), createGzip(), createWriteStream(`${file}.unfinished`));
  }
  for (const file of files) await rename(`${file}.unfinished`, file);
  return files;
}
