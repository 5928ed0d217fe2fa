import { gzipSync } from 'node:zlib';
import type { PlanSummary } from '#core/run/plan-summary.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import type { Room } from './prove-matrix.ts';

const ROWS = 400_000;

/** What the stored bytes of a table may be off by. */
const WITHIN = 0.1;

const SCHEMA = { id: 'bigint', day: 'text', price: 'double', note: 'text' };

const WORDS = ['north', 'south', 'east', 'west', 'abroad', 'late', 'broken', 'returned', 'gift'];

interface Sale {
  readonly id: number;
  readonly day: string;
  readonly price: number;
  readonly note: string;
}

function sale(id: number, random: Random): Sale {
  const day = `2026-11-0${1 + Math.floor(6 * random.next())}`;
  const price = Math.round(1e5 * random.next()) / 100;
  const note = random.some(WORDS, 1 + Math.floor(4 * random.next())).join(' ');
  return { id, day, price, note };
}

function* sales(): Generator<Sale> {
  const random = createRandom(7);
  for (let id = 0; id < ROWS; id += 1) yield sale(id, random);
}

function csvBytes(): Buffer {
  const lines = ['id,day,price,note'];
  for (const { id, day, price, note } of sales()) lines.push(`${id},${day},${price},${note}`);
  return Buffer.from(`${lines.join('\n')}\n`);
}

function jsonBytes(): Buffer {
  const lines: string[] = [];
  for (const each of sales()) lines.push(JSON.stringify(each));
  return gzipSync(`${lines.join('\n')}\n`);
}

async function proveTable(room: Room, name: string, request: object): Promise<boolean> {
  const { stack, say } = room;
  const { output = {}, ...rest } = request as { output?: object };
  const whole = { ...rest, output: { ...output, uri: `s3://${stack.outputBucket}/${name}/` } };
  const dry = await stack.runToSuccess({ ...whole, dryRun: true });
  const { stored, rows }: PlanSummary = dry.output.summary;
  const { totals } = (await stack.runToSuccess(whole)).output;
  const share = stored.bytes / totals.bytes - 1;
  const isRight = Math.abs(share) <= WITHIN && Math.abs(rows / totals.rows - 1) <= WITHIN;
  const percent = `${(100 * share).toFixed(1)} %`;
  say(
    `${isRight ? 'right' : 'WRONG'}  ${name}: ${totals.bytes} bytes in ${totals.chunks} files, planned ${stored.bytes} (${percent}); ${rows} of ${totals.rows} rows`,
  );
  return isRight;
}

/** Puts files of an output where sources are, as no role reads others. @returns the folder. */
async function asSource({ stack }: Room, prefix: string): Promise<string> {
  const folder = 'plan/tables/parquet/';
  let source = '';
  for (const key of await stack.keys(prefix)) {
    const body = await stack.read(`s3://${stack.outputBucket}/${key}`);
    source = await stack.putSource(`${folder}${key.slice(prefix.length)}`, body);
  }
  return source.slice(0, source.indexOf(folder) + folder.length);
}

/** Compares the plans of three tables, and of one that is shuffled, with what runs stored. */
export async function proveTables(room: Room): Promise<boolean> {
  const { stack } = room;
  const csv = await stack.putSource('plan/tables/sales.csv', csvBytes());
  const json = await stack.putSource('plan/tables/sales.jsonl.gz', jsonBytes());
  const fromCsv = { source: csv, schema: SCHEMA, output: { files: 3 } };
  const first = await proveTable(room, 'csv', fromCsv);
  const parquet = await asSource(room, 'csv/data/');
  const text = { format: 'csv', compression: 'gzip' };
  const others = [
    await proveTable(room, 'jsonl-gz', { source: json, schema: SCHEMA, output: text }),
    await proveTable(room, 'parquet', { source: parquet, output: { format: 'jsonl' } }),
    await proveTable(room, 'shuffled', { ...fromCsv, output: { partitionBy: ['day'] } }),
  ];
  return first && others.every(Boolean);
}
