import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goldenBytes, goldenPath, storedCsrCases } from '#support/golden.ts';
import { type CliS3, startCliS3 } from '#test/cli/cli-s3.ts';
import { type Ended, runShell } from '#test/cli/run-command.ts';

const { file, contract } = storedCsrCases.find(({ id }) => id === 'tall')!;

let cliS3: CliS3;

beforeAll(async () => {
  cliS3 = await startCliS3('bucket');
  await cliS3.s3.putObject({ Bucket: 'bucket', Key: 'tall.npz', Body: goldenBytes(file) });
});

afterAll(() => cliS3.close());

async function cli(line: string): Promise<Ended> {
  return await runShell(`export ${cliS3.environment}; cli ${line}`);
}

/** The text of the chunks below a prefix, in order. */
async function textBelow(Prefix: string): Promise<Buffer> {
  const { Contents = [] } = await cliS3.s3.listObjectsV2({ Bucket: 'bucket', Prefix });
  const texts: Uint8Array[] = [];
  for (const { Key } of Contents) {
    const { Body } = await cliS3.s3.getObject({ Bucket: 'bucket', Key: Key! });
    texts.push(await Body!.transformToByteArray());
  }
  return Buffer.concat(texts);
}

it('reads from S3 and writes to S3, once, with the credentials of the environment', async () => {
  const line = 'export s3://bucket/tall.npz --out s3://bucket/out --rows-per-chunk 700 --json';
  const first = await cli(line);
  expect(first.stderr).toBe('');
  const made = JSON.parse(first.stdout.toString());
  expect(made).toMatchObject({ isNew: true, chunks: 5, out: 's3://bucket/out' });
  expect(await textBelow('out/data/')).toEqual(await readFile(goldenPath(contract.typed.file)));
  const again = JSON.parse((await cli(line)).stdout.toString());
  expect(again).toEqual({ ...made, isNew: false, seconds: again.seconds });
  const verified = await cli(
    'verify s3://bucket/out/_manifest/manifest.json --source s3://bucket/tall.npz',
  );
  expect(verified.stdout.toString()).toMatch(/verified 5 chunks/);
  const other = await cli(line.replace('700', '800'));
  expect(other.code).toBe(1);
  expect(other.stderr).toMatch(/OutputConflictError/);
});

it('writes a file into S3, and appends to what is there', async () => {
  const line = `export ${goldenPath(file)} --out s3://bucket/batches/`;
  expect((await cli(line)).code).toBe(0);
  const appended = await cli(`${line} --mode append --json`);
  expect(JSON.parse(appended.stdout.toString())).toMatchObject({ rows: 2 * 3294, chunks: 2 });
  const text = await readFile(goldenPath(contract.typed.file));
  expect(await textBelow('batches/data/')).toEqual(Buffer.concat([text, text]));
});

it('writes an object of S3 into a directory', async () => {
  const out = join(cliS3.directory, 'out');
  const ended = await cli(`export s3://bucket/tall.npz --out ${out}`);
  expect(ended.code).toBe(0);
  const text = await readFile(join(out, 'data/chunk-000000.csv'));
  expect(text).toEqual(await readFile(goldenPath(contract.typed.file)));
});

it('fails for an --out that is no place in S3', async () => {
  const ended = await cli(`export ${goldenPath(file)} --out s3://B`);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('--out must look like s3://bucket/prefix/, got s3://B');
});
