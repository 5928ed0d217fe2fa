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

const MIB = 1024 ** 2;
const TARGET = 16 * MIB;
const ROWS = { full: 5_000_000, short: 500_000 };
const SCHEMA = { id: 'bigint', day: 'text', shop: 'text', note: 'text' };
const KEY = 'partitions/rows.csv';

/** What Python found of the files. */
interface Checked {
  readonly partitions: number;
  readonly wrong: readonly string[];
  readonly foreign: readonly string[];
}

async function putRows({ stack, python, folder }: ProofRoom, rows: number): Promise<string> {
  const path = join(folder, 'rows.csv');
  await run(python, [join(import.meta.dirname, 'make_skewed.py'), String(rows), path]);
  const Bucket = stack.output('SourceBucketName');
  const { size: ContentLength } = await stat(path);
  const Body = createReadStream(path);
  await stack.s3.send(new PutObjectCommand({ Bucket, Key: KEY, Body, ContentLength }));
  return path;
}

/** Files outside of 0.4 to 2 times the target, but those of partitions that are smaller. */
function outside(entries: readonly ManifestEntry[], column: string): number {
  const byPartition = Map.groupBy(entries, (entry) => entry.partition?.[column]);
  const files = [...byPartition.values()].flatMap((own) => own.map((each) => ({ each, own })));
  return files.filter(({ each: { meta }, own }) => {
    const isWhole = own.length === 1 && meta.content_length < TARGET;
    const { content_length: bytes } = meta;
    return !isWhole && (bytes < 0.4 * TARGET || bytes > 2 * TARGET);
  }).length;
}

async function checked(
  { stack, python, folder }: ProofRoom,
  entries: readonly ManifestEntry[],
  { column, source }: { readonly column: string; readonly source: string },
): Promise<Checked> {
  const own = join(folder, column);
  await mkdir(own);
  const files: { path: string; value: string | null }[] = [];
  for (const { index, url, partition } of entries) {
    const path = join(own, `${index}.parquet`);
    await writeFile(path, await stack.read(url));
    files.push({ path, value: partition?.[column] ?? null });
  }
  await writeFile(join(own, 'files.json'), JSON.stringify(files));
  const [found] = await scriptLines<Checked>(python, 'check_partitions.py', [source, column, own]);
  return found!;
}

async function proveColumn(room: ProofRoom, column: string, source: string, rows: number) {
  const { stack, say } = room;
  const name = `partitions-${column}`;
  const request = {
    source: `s3://${stack.output('SourceBucketName')}/${KEY}`,
    schema: SCHEMA,
    output: {
      ...{ uri: `s3://${stack.outputBucket}/${name}/`, partitionBy: [column] },
      targetFileBytes: TARGET,
    },
    expect: { rows },
  };
  const { output } = await stack.runToSuccess({ ...request, dryRun: true });
  const { chunks, partitions, stored } = output.summary;
  const started = performance.now();
  await stack.runToSuccess(request);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const { entries, totals } = await manifestOf(stack, name);
  const found = await checked(room, entries, { column, source });
  const bad = outside(entries, column);
  const sizes = entries.map(({ meta }) => meta.content_length);
  say(
    `by ${column}: ${found.partitions} partitions, ${entries.length} files of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes, ${totals.bytes} in all, ${bad} outside, ${seconds} s; predicted ${partitions} partitions, ${chunks} files, ${stored.bytes} bytes; ${found.wrong.length} partitions wrong, ${found.foreign.length} foreign`,
  );
  const isNear = Math.abs(chunks / entries.length - 1) <= 0.1;
  return isNear && bad === 0 && found.wrong.length + found.foreign.length === 0;
}

/** Skewed rows become sized files of partitions, in the order of the source, as predicted. */
export const provePartitions: Proof = async (room) => {
  const { stack, isFull, say } = room;
  const rows = isFull ? ROWS.full : ROWS.short;
  const source = await putRows(room, rows);
  let isRight = true;
  for (const column of ['day', 'shop']) {
    isRight = (await proveColumn(room, column, source, rows)) && isRight;
  }
  for (const name of ['plantable', 'scattertable', 'writetable', 'finalize']) {
    const own = stack.cloud.processes().filter(({ functionName }) => functionName.includes(name));
    const peak = Math.max(...own.map(({ peakRssBytes }) => peakRssBytes));
    say(`${name}: at most ${Math.round(peak / 1e6)} MB of memory`);
  }
  return isRight;
};
