import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ObjectStore } from '#local/s3/object-store.ts';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

let fixture: S3Fixture;
afterEach(() => fixture.close());

async function listData(directory: string): Promise<readonly string[]> {
  const entries = await readdir(join(directory, 'data'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('finds objects, parts and buckets again after a restart', async () => {
  fixture = await startS3Fixture();
  const { s3, bucket: Bucket } = fixture;
  const Metadata = { pages: '7' };
  const { ETag } = await s3.putObject({ Bucket, Key: 'kept', Body: 'text', Metadata });
  await s3.putObject({ Bucket, Key: 'deleted', Body: 'text' });
  await s3.deleteObject({ Bucket, Key: 'deleted' });
  const Key = 'parts';
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const part = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' });
  const again = await fixture.restart();
  const got = await again.getObject({ Bucket, Key: 'kept' });
  expect(got).toMatchObject({ ETag, Metadata });
  expect(await got.Body?.transformToString()).toBe('text');
  const { Contents } = await again.listObjectsV2({ Bucket });
  expect(Contents?.map((each) => each.Key)).toEqual(['kept']);
  const Parts = [{ PartNumber: 1, ETag: part.ETag }];
  await again.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  const whole = await again.getObject({ Bucket, Key });
  expect(await whole.Body?.transformToString()).toBe('part');
});

test('finds versions and delete markers again after a restart, and no others', async () => {
  fixture = await startS3Fixture();
  const { s3, bucket: Bucket, directory } = fixture;
  await s3.putObject({ Bucket, Key: 'k', Body: 'null' });
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration });
  const { VersionId } = await s3.putObject({ Bucket, Key: 'k', Body: 'first' });
  const gone = await s3.putObject({ Bucket, Key: 'k', Body: 'second' });
  await s3.deleteObject({ Bucket, Key: 'k', VersionId: gone.VersionId });
  await s3.deleteObject({ Bucket, Key: 'k' });
  const { $metadata, ...before } = await s3.listObjectVersions({ Bucket });
  const again = await fixture.restart();
  expect(await again.listObjectVersions({ Bucket })).toMatchObject(before);
  expect(before.Versions).toHaveLength(2);
  expect((await again.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  const { Body } = await again.getObject({ Bucket, Key: 'k', VersionId });
  expect(await Body?.transformToString()).toBe('first');
  expect(await again.getBucketVersioning({ Bucket })).toMatchObject(VersioningConfiguration);
  expect(await listData(join(directory, 's3'))).toHaveLength(2);
});

test('finds the objects of a directory of before versions were kept', async () => {
  fixture = await startS3Fixture();
  const { s3, bucket: Bucket, directory } = fixture;
  await s3.putObject({ Bucket, Key: 'k', Body: 'text' });
  const objects = join(directory, 's3', 'buckets', Bucket, 'objects');
  const [name = ''] = (await readdir(objects, { recursive: true })).filter((each) =>
    each.endsWith('.json'),
  );
  const [record] = JSON.parse(await readFile(join(objects, name), 'utf8'));
  await writeFile(join(objects, name), JSON.stringify(record));
  const { Body } = await (await fixture.restart()).getObject({ Bucket, Key: 'k' });
  expect(await Body?.transformToString()).toBe('text');
});

test('drops an upload that became an object just before the process was killed', async () => {
  fixture = await startS3Fixture();
  const { s3, bucket: Bucket } = fixture;
  const Key = 'completed';
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' });
  const uploads = join(fixture.directory, 's3', 'buckets', Bucket, 'uploads');
  const saved = join(fixture.directory, 'saved');
  await cp(uploads, saved, { recursive: true });
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await s3.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload });
  await cp(saved, uploads, { recursive: true }); // as if its removal had not happened
  const again = await fixture.restart();
  const { Uploads = [] } = await again.listMultipartUploads({ Bucket });
  expect(Uploads).toEqual([]);
  const { Body } = await again.getObject({ Bucket, Key });
  expect(await Body?.transformToString()).toBe('part');
});

test('deletes what nothing refers to when it starts', async () => {
  fixture = await startS3Fixture();
  const { s3, bucket: Bucket, directory } = fixture;
  await s3.putObject({ Bucket, Key: 'kept', Body: 'text' });
  const [kept = ''] = await listData(join(directory, 's3'));
  await writeFile(join(directory, 's3', 'data', kept.slice(0, 2), 'orphan'), 'half a body');
  const again = await fixture.restart();
  expect(await listData(join(directory, 's3'))).toEqual([kept]);
  const { Body } = await again.getObject({ Bucket, Key: 'kept' });
  expect(await Body?.transformToString()).toBe('text');
});

/** Puts objects without end and prints the key of each one that was acknowledged. */
const WRITER = `
import { ObjectStore } from '#local/s3/object-store.ts';
import { chunkSource } from '#local/s3/body-source.ts';
import { storeBody } from '#local/s3/stored-body.ts';
import { singlePartDraft } from '#local/s3/put-object.ts';
const store = await ObjectStore.open(process.env.STORE, () => {});
await store.createBucket('test-bucket');
const algorithm = 'CRC32';
async function* bytes(text) { yield Buffer.from(text); }
for (let at = 0; ; at += 1) {
  const key = 'key-' + (at % 50);
  const body = await storeBody(store.files, chunkSource(bytes(key + ':' + at)), { algorithms: [algorithm], verify: () => {} });
  await store.commit('test-bucket', singlePartDraft(key, {}, { body, algorithm }), { condition: undefined, reason: 'PutObject' });
  process.stdout.write(at + '\\n');
}`;

async function writeUntilKilled(directory: string): Promise<number> {
  const node = spawn(process.execPath, ['--input-type=module', '-e', WRITER], {
    cwd: import.meta.dirname, // where #local means this package
    env: { ...process.env, STORE: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = -1;
  for await (const chunk of node.stdout) {
    last = Math.max(last, ...String(chunk).trim().split('\n').map(Number));
    if (last > 300) node.kill('SIGKILL');
  }
  if (last < 0) throw new Error('the writer ended before it had written anything');
  return last;
}

test('has every acknowledged object whole after kill -9', async () => {
  fixture = await startS3Fixture();
  const directory = await mkdtemp(join(tmpdir(), 's3-killed-'));
  const acknowledged = await writeUntilKilled(directory);
  const store = await ObjectStore.open(directory, () => {});
  for (let at = acknowledged; at > acknowledged - 50; at -= 1) {
    const key = `key-${at % 50}`;
    const record = store.find('test-bucket', key);
    const range = { offset: 0, length: record?.size ?? 0 };
    let text = '';
    for await (const chunk of store.files.read(record?.parts ?? [], range)) text += chunk;
    const [name, count] = text.split(':');
    expect(name).toBe(key);
    expect(Number(count)).toBeGreaterThanOrEqual(at);
  }
  await rm(directory, { recursive: true });
});

test('closes while requests are under way, and leaves nothing half done', async () => {
  fixture = await startS3Fixture();
  const { bucket: Bucket, s3 } = fixture;
  const puts = Array.from({ length: 8 }, (_, at) =>
    s3.putObject({ Bucket, Key: `under-way-${at}`, Body: Buffer.alloc(4_000_000) }),
  );
  const settled = Promise.allSettled(puts);
  const bodies = () => listData(join(fixture.directory, 's3'));
  await expect.poll(bodies, { interval: 1 }).not.toEqual([]);
  const again = await fixture.restart();
  await settled;
  const { Contents = [] } = await again.listObjectsV2({ Bucket });
  for (const { Size } of Contents) expect(Size).toBe(4_000_000);
  const files = await listData(join(fixture.directory, 's3'));
  expect(files.length).toBe(Contents.length);
});
