import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

const counts = goldenBytes('inputs/dtype-int64.npz');
const chunking = { rows: 5 };

async function stored(prefix: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const key of await stack.keys(prefix)) {
    if (key.includes('/_plan/results/')) continue;
    texts.set(key, (await stack.read(`s3://${stack.outputBucket}/${key}`)).toString('base64'));
  }
  return texts;
}

describe('one request, several executions', () => {
  it('end with one manifest when two run at once', async () => {
    const source = await stack.putSource('twins', counts);
    const arns = await Promise.all(
      Array.from({ length: 2 }, () => stack.startExecution({ source, chunking })),
    );
    const ended = await Promise.all(arns.map((arn) => stack.expectSucceeded(arn)));
    const manifests = new Set(ended.map(({ output }) => output.manifest));
    expect(manifests.size).toBe(1);
    expect(await stack.keys('twins/')).toHaveLength(
      8 + 5 + (await stack.keys('twins/')).filter((key) => key.includes('/results/')).length,
    );
  });

  it('write nothing new when the run is complete, and report that', async () => {
    const source = await stack.putSource('again', counts);
    const first = await stack.runToSuccess({ source, chunking });
    const before = await stored('again/');
    const second = await stack.runToSuccess({ source, chunking, limits: { concurrency: 1 } });
    expect(second.output).toMatchObject({
      decision: 'complete',
      manifest: first.output.manifest,
    });
    expect(await stored('again/')).toEqual(before);
  });

  it('write a lost chunk and a lost manifest again, byte for byte', async () => {
    const source = await stack.putSource('resume', counts);
    await stack.runToSuccess({ source, chunking });
    const before = await stored('resume/');
    const lost = [...before.keys()].filter((key) => /chunk-000003|manifest\.json/.test(key));
    expect(lost).toHaveLength(2);
    for (const Key of lost) {
      await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
    }
    await stack.runToSuccess({ source, chunking });
    expect(await stored('resume/')).toEqual(before);
  });

  it('plan without writing anything in a dry run', async () => {
    const source = await stack.putSource('dry', counts);
    const ended = await stack.runToSuccess({ source, chunking, dryRun: true });
    expect(ended.output).toMatchObject({
      decision: 'dry-run',
      summary: { rows: 36, chunks: 8, facts: { shape: [36, 9], nnz: 81, dtype: 'int64' } },
    });
    expect(await stack.keys('dry/')).toEqual([]);
  });

  it('write a header once, where it is asked for', async () => {
    const source = await stack.putSource('header', counts);
    const output = { text: { header: 'first-chunk' } };
    const ended = await stack.runToSuccess({ source, chunking, output });
    const manifest = JSON.parse((await stack.read(ended.output.manifest)).toString());
    const texts = await Promise.all(
      manifest.entries.map(async ({ url }: { url: string }) => (await stack.read(url)).toString()),
    );
    expect(texts[0]).toMatch(/^0,1,2,3,4,5,6,7,8\n/);
    expect(texts.join('').match(/^0,1,2,3,4,5,6,7,8$/gm)).toHaveLength(1);
    expect(manifest.entries[0].meta.record_count).toBe(6);
  });

  it('start by themselves when a matrix arrives, whatever its key', async () => {
    const bucket = stack.output('SourceBucketName');
    const Key = 'incoming/ümlaut + space.npz';
    await stack.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: counts }));
    await expect
      .poll(async () => (await stack.keys('incoming/')).map((key) => key.split('/').at(-1)))
      .toContain('manifest.json');
    expect(stack.cloud.undelivered).toEqual([]);
  });
});

describe('a run that cannot be', () => {
  it('fails by name on an output prefix of another run, and leaves that as it is', async () => {
    const output = { uri: `s3://${stack.outputBucket}/shared-prefix/` };
    const source = await stack.putSource('first', counts);
    await stack.runToSuccess({ source, chunking, output });
    const before = await stored('shared-prefix/');
    const other = await stack.run({ source, chunking: { rows: 6 }, output });
    expect(other).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(other.cause).toMatch(/belongs to another run/);
    expect(await stored('shared-prefix/')).toEqual(before);
  });

  it('fails by name on unmet expectations, before anything is written', async () => {
    const source = await stack.putSource('unexpected', counts);
    const ended = await stack.run({ source, expect: { rows: 37, dtype: 'float64' } });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'ExpectationError' });
    expect(ended.cause).toContain('expect.rows is 37, but the source has 36');
    expect(ended.cause).toContain('expect.dtype is float64, but the source has int64');
    expect(await stack.keys('unexpected/')).toEqual([]);
  });

  it('fails by name on an unknown field and on contradictions, all at once', async () => {
    const ended = await stack.run({
      source: 's3://bucket/x',
      sauce: 1,
      chunking: { rows: 1, targetBytes: 1 },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RequestError' });
    expect(ended.cause).toMatch(/not both.*unknown keys \\"sauce\\"/);
  });

  it('fails by name on an output outside the deployment', async () => {
    const source = await stack.putSource('elsewhere', counts);
    const ended = await stack.run({ source, output: { uri: 's3://elsewhere/x/' } });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RequestError' });
  });

  it('fails by name on a missing source', async () => {
    const source = `s3://${stack.output('SourceBucketName')}/missing`;
    expect(await stack.run({ source })).toMatchObject({ error: 'SourceNotFoundError' });
  });

  it('fails by name on a source that a writer finds corrupt: the ledger says which chunk', async () => {
    const source = await stack.putSource('corrupt', goldenBytes('invalid/index-too-big.npz'));
    const ended = await stack.run({ source, chunking: { rows: 1 } });
    expect(ended).toMatchObject({ status: 'FAILED' });
    const keys = await stack.keys('corrupt/');
    expect(keys.filter((key) => key.endsWith('manifest.json') && !key.includes('results'))).toEqual(
      [],
    );
    const runId = keys[0]!.split('/')[1]!;
    const failed = [...(await stack.ledger(runId))].filter(
      ([, item]) => item['outcome']?.S === 'CorruptSourceError',
    );
    expect(failed).toHaveLength(1);
    expect(failed[0]![1]['message']?.S).toMatch(/column/);
  });

  it('fails by name on an indptr that Plan finds corrupt, and claims nothing', async () => {
    const source = await stack.putSource('crooked', goldenBytes('invalid/indptr-not-monotone.npz'));
    expect(await stack.run({ source })).toMatchObject({ error: 'CorruptSourceError' });
    expect(await stack.keys('crooked/')).toEqual([]);
  });

  it('fails to finalize while a foreign object lies among the chunks', async () => {
    const source = await stack.putSource('foreign', counts);
    const output = { uri: `s3://${stack.outputBucket}/foreign-object/` };
    const Key = 'foreign-object/data/chunk-000001.csv.bak';
    await stack.s3.send(new PutObjectCommand({ Bucket: stack.outputBucket, Key, Body: 'x' }));
    const ended = await stack.run({ source, chunking, output });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'IncompleteRunError' });
    await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
    await stack.runToSuccess({ source, chunking, output });
  });
});
