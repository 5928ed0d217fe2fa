import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { ManifestEntry } from '#core/manifest/manifest.ts';
import { manifestOf } from './output-files.ts';
import type { Proof, ProofRoom } from './proof.ts';
import { scriptLines } from './python.ts';

const run = promisify(execFile);

const TARGET = 16 * 1024 ** 2;
const ROWS = { full: 5_000_000, short: 750_000 };
const SCHEMA = { id: 'bigint', zip: 'text', fare: 'bigint', note: 'text' };
const KEY = 'keys/rows.csv';

/** What is made of the rows of each zip code; Polars makes the same of all rows at once. */
const TRANSFORMS: Readonly<Record<string, string | undefined>> = {
  rows: undefined,
  windows: `select id, zip, sum(fare) over (partition by zip order by id)::bigint as running,
    lag(fare) over (partition by zip order by id) as before,
    fare / sum(fare) over (partition by zip) as share from input`,
  groups: `select zip, count(*) as n, sum(fare)::bigint as fares,
    first(id order by fare desc, id) as dearest from input group by zip`,
};

/** What Python found of the files. */
interface Checked {
  readonly keys: number;
  readonly cut: number;
  readonly equal: boolean;
  readonly sameRows: boolean;
}

async function putRows({ stack, python, folder }: ProofRoom, rows: number): Promise<string> {
  const path = join(folder, 'rows.csv');
  await run(python, [join(import.meta.dirname, 'make_zips.py'), String(rows), path]);
  const Bucket = stack.output('SourceBucketName');
  const { size: ContentLength } = await stat(path);
  const Body = createReadStream(path);
  await stack.s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body, ContentLength }));
  return path;
}

/** What Python finds of the files of whole keys, see `check_keys.py`. */
export async function checkedKeys(
  { stack, python, folder }: ProofRoom,
  entries: readonly ManifestEntry[],
  { how, source }: { readonly how: string; readonly source: string },
): Promise<Checked> {
  const own = join(folder, how);
  await mkdir(own);
  const files: string[] = [];
  for (const { index, url } of entries) {
    const path = join(own, `${index}.parquet`);
    await writeFile(path, await stack.read(url));
    files.push(path);
  }
  await writeFile(join(own, 'files.json'), JSON.stringify(files));
  const [found] = await scriptLines<Checked>(python, 'check_keys.py', [source, how, own]);
  return found!;
}

async function proveTransform(room: ProofRoom, how: string, source: string, rows: number) {
  const { stack, say } = room;
  const name = `keys-${how}`;
  const sql = TRANSFORMS[how];
  const request = {
    source: `s3://${stack.output('SourceBucketName')}/${KEY}`,
    schema: SCHEMA,
    ...(sql !== undefined && { transform: { sql } }),
    chunking: { keysWhole: ['zip'] },
    output: { uri: `s3://${stack.outputBucket}/${name}/`, targetFileBytes: TARGET },
  };
  const { output } = await stack.runToSuccess({ ...request, dryRun: true });
  const { chunks, keys, stored } = output.summary;
  const started = performance.now();
  await stack.runToSuccess(request);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const { entries, totals } = await manifestOf(stack, name);
  const found = await checkedKeys(room, entries, { how, source });
  const sizes = entries.map(({ meta }) => meta.content_length);
  const outside = sizes.filter((bytes) => bytes < 0.4 * TARGET || bytes > 2 * TARGET).length;
  const said = entries.reduce((sum, { keys: own }) => sum + (own?.keys ?? 0), 0);
  say(
    `${how}: ${totals.rows} rows of ${found.keys} keys in ${entries.length} files of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes, ${outside} outside, ${seconds} s; predicted ${chunks} files, ${keys.keys} keys, ${stored.bytes} bytes; ${found.cut} keys cut, ${found.equal ? 'equal to Polars, in order' : 'NOT EQUAL'}${found.sameRows ? '' : ', OTHER ROWS'}`,
  );
  const isSized = sql !== undefined || outside === 0;
  const isNear = Math.abs(chunks / entries.length - 1) <= 0.1;
  const isWhole = found.cut === 0 && said === found.keys && entries.at(-1)?.within?.end === rows;
  return isSized && isNear && isWhole && found.equal && found.sameRows;
}

/** Zip codes are packed whole into even files, and what SQL makes of each is what Polars makes. */
export const proveKeys: Proof = async (room) => {
  const { stack, isFull, say } = room;
  const rows = isFull ? ROWS.full : ROWS.short;
  const source = await putRows(room, rows);
  let isRight = true;
  for (const how of Object.keys(TRANSFORMS)) {
    isRight = (await proveTransform(room, how, source, rows)) && isRight;
  }
  for (const name of ['plantable', 'scattertable', 'writetable', 'finalize']) {
    const own = stack.cloud.processes().filter(({ functionName }) => functionName.includes(name));
    const peak = Math.max(...own.map(({ peakRssBytes }) => peakRssBytes));
    say(`${name}: at most ${Math.round(peak / 1e6)} MB of memory`);
  }
  return isRight;
};
