import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenBytes, goldenPath } from '#support/golden.ts';
import { type CliS3, startCliS3 } from './cli-s3.ts';
import { type Ended, runShell } from './run-command.ts';
import { writeRun } from './write-run.ts';

const FILE = 'inputs/dtype-float32.npz';

let cliS3: CliS3;

beforeAll(async () => {
  cliS3 = await startCliS3('bucket');
});

afterAll(() => cliS3.close());

/** Runs a command line with only the AWS SDK's environment variables. */
async function cli(line: string): Promise<Ended> {
  return await runShell(`export ${cliS3.environment}; cli ${line}`);
}

/** Puts a run below `s3://bucket/run/`, the location in its manifest. */
async function uploadRun(): Promise<void> {
  const run = join(cliS3.directory, 'run');
  await writeRun(run, goldenPath(FILE), 9);
  for (const path of await readdir(run, { recursive: true })) {
    if (!/\.(csv|json)$/.test(path)) continue;
    const Body = await readFile(join(run, path));
    await cliS3.s3.putObject({ Bucket: 'bucket', Key: `run/${path}`, Body });
  }
}

test('slice reads the version that is named, though another took its place', async () => {
  const [Bucket, Key] = ['versioned', 'matrix.npz'];
  await cliS3.s3.createBucket({ Bucket });
  await cliS3.s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const { VersionId } = await cliS3.s3.putObject({ Bucket, Key, Body: goldenBytes(FILE) });
  await cliS3.s3.putObject({ Bucket, Key, Body: 'no matrix' });
  const named = await cli(`slice s3://${Bucket}/${Key} --rows 0:3 --version-id ${VersionId}`);
  expect(named.stderr).toBe('');
  const local = await cli(`slice ${goldenPath(FILE)} --rows 0:3`);
  expect(named.stdout.toString()).toBe(local.stdout.toString());
  const ofFile = await cli(`slice ${goldenPath(FILE)} --version-id ${VersionId}`);
  expect(ofFile).toMatchObject({ code: 2 });
  expect(ofFile.stderr).toContain('--version-id is of one object in S3');
});

describe('S3 URIs', () => {
  beforeAll(async () => {
    await cliS3.s3.putObject({ Bucket: 'bucket', Key: 'm/matrix.npz', Body: goldenBytes(FILE) });
    await uploadRun();
  });

  test('slice prints what it prints for the same file', async () => {
    const remote = await cli('slice s3://bucket/m/matrix.npz --rows 3:20');
    expect(remote).toMatchObject({ code: 0, stderr: '' });
    const local = await runShell(`cli slice ${goldenPath(FILE)} --rows 3:20`);
    expect(remote.stdout.equals(local.stdout)).toBe(true);
  });

  test('inspect shows the ETag of the object', async () => {
    const { ETag } = await cliS3.s3.headObject({ Bucket: 'bucket', Key: 'm/matrix.npz' });
    const ended = await cli('inspect s3://bucket/m/matrix.npz --json');
    expect(`"${JSON.parse(ended.stdout.toString()).etag}"`).toBe(ETag);
  });

  test('infer, inspect and slice read tables', async () => {
    const Body = 'id;name\n1;ann\n300;bob\n';
    for (const Key of ['t/k=1/x.csv', 't/k=2/x.csv', 't/_SUCCESS']) {
      await cliS3.s3.putObject({ Bucket: 'bucket', Key, Body });
    }
    const inferred = await cli('--json infer s3://bucket/t/');
    expect(inferred).toMatchObject({ code: 0, stderr: '' });
    const request = JSON.parse(inferred.stdout.toString());
    expect(request).toMatchObject({
      source: { uri: 's3://bucket/t/', csv: { delimiter: ';' } },
      schema: { id: 'SMALLINT', name: 'VARCHAR', k: 'TINYINT' },
    });
    const inspected = await cli('inspect s3://bucket/t/');
    expect(inspected.stdout.toString()).toMatch(/2 objects\)\n[\s\S]*\n300 {2}bob\n$/);
    const file = join(cliS3.directory, 'request.json');
    await writeFile(file, inferred.stdout);
    const sliced = await cli(`slice --request ${file} --rows 1:3`);
    expect(sliced.stdout.toString()).toBe('300,bob,1\n1,ann,2\n');
  });

  test('verify reads the chunks that the manifest names, and the source', async () => {
    const ended = await cli(
      'verify s3://bucket/run/_manifest/manifest.json --source s3://bucket/m/matrix.npz --json',
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { chunks, rederived } = JSON.parse(ended.stdout.toString());
    expect(chunks).toBeGreaterThan(2);
    expect(rederived).toHaveLength(3);
  });

  test('verify fails for a foreign object and for a chunk that is missing', async () => {
    await cliS3.s3.putObject({ Bucket: 'bucket', Key: 'run/data/notes.txt', Body: 'notes' });
    await cliS3.s3.deleteObject({ Bucket: 'bucket', Key: 'run/data/chunk-000001.csv' });
    const ended = await cli('verify s3://bucket/run/_manifest/manifest.json');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/ManifestError: notes\.txt lies beside .*; chunk 1 is missing\n$/);
  });

  test.each([
    [
      'slice s3://bucket/none.npz',
      1,
      /SourceNotFoundError: s3:\/\/bucket\/none\.npz does not exist/,
    ],
    ['slice s3://no-such-bucket/m.npz', 1, /SourceNotFoundError/],
    ['verify s3://bucket/none/manifest.json', 1, /ManifestError: .* does not exist/],
    ['slice s3://bucket', 2, /RequestError: an S3 URI looks like s3:\/\/bucket\/key/],
  ])('fails with one sentence for %s', async (line, code, sentence) => {
    const ended = await cli(line);
    expect(ended.stderr).toMatch(sentence);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.code).toBe(code);
  });
});
