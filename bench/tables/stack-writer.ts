import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { cpuSecondsOf } from '#bench/process-cpu.ts';
import { LocalStack } from '#support/local-stack.ts';
import type { Usage } from './run-way.ts';

/**
 * Converts a table by the deployed stack from S3 to S3, over HTTPS on loopback, into a folder of
 * Parquet files, in order or with a folder for each day. Prints what the processes of its mappers
 * and writers used from their start on; that of Plan, the services and the downloads is not theirs.
 */
const [mode, format, schema, out, ...files] = process.argv.slice(2) as [
  'plain' | 'partitioned',
  string,
  string,
  string,
  ...string[],
];

/** As `partitioning.py` has it. */
const FORMS = {
  plain: { targetFileBytes: 128 * 1024 ** 2 },
  partitioned: { partitionBy: ['order_day'], targetFileBytes: 32 * 1024 ** 2 },
} as const;

async function upload({ s3 }: LocalStack, bucket: string, file: string): Promise<void> {
  const { size } = await stat(file);
  const object = { Bucket: bucket, Key: `in/${path.basename(file)}` };
  const body = { Body: createReadStream(file), ContentLength: size };
  await s3.send(new PutObjectCommand({ ...object, ...body }));
}

async function usageOf({ cloud }: LocalStack, seconds: number): Promise<Usage> {
  const writers = cloud
    .processes()
    .filter(({ functionName }) => /(write|scatter)-?table/i.test(functionName));
  const times = await Promise.all(writers.map(({ pid }) => cpuSecondsOf(pid!)));
  return {
    seconds,
    cpuSeconds: times.reduce((sum, each) => sum + each, 0),
    peakRssBytes: Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

async function download(stack: LocalStack): Promise<void> {
  const keys = (await stack.keys('out/data/')).filter((key) => key.endsWith('.parquet'));
  for (const [index, key] of keys.sort().entries()) {
    const folder = path.join(out, path.dirname(key.slice('out/data/'.length)));
    await mkdir(folder, { recursive: true });
    const name = `${String(index).padStart(6, '0')}.parquet`;
    const bytes = await stack.read(`s3://${stack.outputBucket}/${key}`);
    await writeFile(path.join(folder, name), bytes);
  }
}

const stack = await LocalStack.start();
try {
  const bucket = stack.output('SourceBucketName');
  for (const file of files) await upload(stack, bucket, file);
  const startedAt = performance.now();
  await stack.runToSuccess({
    source: { uri: `s3://${bucket}/in/`, format },
    schema: JSON.parse(schema),
    output: { uri: `s3://${stack.outputBucket}/out/`, ...FORMS[mode] },
    limits: { concurrency: 1 },
  });
  const usage = await usageOf(stack, (performance.now() - startedAt) / 1000);
  await download(stack);
  process.stdout.write(JSON.stringify(usage));
} finally {
  await stack.close();
}
