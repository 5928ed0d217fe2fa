import type { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ServiceCall } from '#local/authorization.ts';
import type { ObjectCreated } from '#local/s3/object-store.ts';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const VERSION_ID = /^[\w-]{32}$/;
const created: ObjectCreated[] = [];
const calls: ServiceCall[] = [];
let fixture: S3Fixture;
let s3: S3;
let Bucket: string;
let number = 0;

beforeAll(async () => {
  fixture = await startS3Fixture({
    objectCreated: (event) => created.push(event),
    authorize: (call) => calls.push(call),
  });
  s3 = fixture.s3;
});
afterAll(() => fixture.close());
beforeEach(async () => {
  number += 1;
  Bucket = `versioned-${number}`;
  await s3.createBucket({ Bucket });
  await keep('Enabled');
  created.length = 0;
});

async function keep(Status: 'Enabled' | 'Suspended'): Promise<void> {
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status } });
}

async function put(Key: string, Body: string): Promise<string> {
  const { VersionId = 'none' } = await s3.putObject({ Bucket, Key, Body });
  return VersionId;
}

async function read(Key: string, VersionId?: string): Promise<string | undefined> {
  const { Body } = await s3.getObject({ Bucket, Key, VersionId });
  return await Body?.transformToString();
}

/** Ids of the versions of a bucket, a delete marker in brackets, the newest of a key first. */
async function versions(): Promise<Record<string, string>> {
  const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
  return Object.fromEntries([
    ...Versions.map(({ Key, VersionId, IsLatest }) => [VersionId, `${Key} ${IsLatest}`]),
    ...DeleteMarkers.map(({ Key, VersionId, IsLatest }) => [VersionId, `(${Key}) ${IsLatest}`]),
  ]);
}

test('has no versioning until it is enabled, and no way back from it', async () => {
  const { bucket: plain } = fixture;
  expect((await s3.getBucketVersioning({ Bucket: plain })).Status).toBeUndefined();
  expect((await s3.putObject({ Bucket: plain, Key: 'k' })).VersionId).toBeUndefined();
  expect((await s3.headObject({ Bucket: plain, Key: 'k' })).VersionId).toBeUndefined();
  expect((await s3.listObjectVersions({ Bucket: plain })).Versions).toMatchObject([
    { Key: 'k', VersionId: 'null', IsLatest: true },
  ]);
  const unknown = s3.getObject({ Bucket: plain, Key: 'k', VersionId: 'x' });
  await expect(unknown).rejects.toMatchObject({ name: 'InvalidArgument' });
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe('Enabled');
  await keep('Suspended');
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe('Suspended');
  const none = s3.putBucketVersioning({ Bucket, VersioningConfiguration: {} });
  await expect(none).rejects.toMatchObject({ name: 'IllegalVersioningConfigurationException' });
});

test('keeps what was overwritten, readable by its version, out of plain lists', async () => {
  const [first, second] = [await put('k', 'first'), await put('k', 'second')];
  expect(first).toMatch(VERSION_ID);
  expect(second).not.toBe(first);
  expect(await read('k')).toBe('second');
  expect(await read('k', first)).toBe('first');
  expect(await s3.headObject({ Bucket, Key: 'k' })).toMatchObject({ VersionId: second });
  const head = await s3.headObject({ Bucket, Key: 'k', VersionId: first });
  expect(head).toMatchObject({ VersionId: first, ContentLength: 5 });
  const { Contents } = await s3.listObjectsV2({ Bucket });
  expect(Contents).toMatchObject([{ Key: 'k', Size: 6 }]);
  expect(await versions()).toEqual({ [second]: 'k true', [first]: 'k false' });
  await expect(read('k', 'a'.repeat(32))).rejects.toMatchObject({ name: 'NoSuchVersion' });
  const IfMatch = head.ETag;
  const ranged = s3.getObject({ Bucket, Key: 'k', VersionId: second, IfMatch });
  await expect(ranged).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('says the version in the event, and none without versioning', async () => {
  const version = await put('k', 'text');
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'parts' });
  const of = { Bucket, Key: 'parts', UploadId };
  const { ETag } = await s3.uploadPart({ ...of, PartNumber: 1, Body: 'part' });
  const whole = await s3.completeMultipartUpload({
    ...of,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
  });
  const copy = await s3.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/k` });
  expect(copy.CopySourceVersionId).toBe(version);
  await keep('Suspended');
  expect(await put('k', 'null')).toBe('none');
  expect(created.map(({ versionId }) => versionId)).toEqual([
    version,
    whole.VersionId,
    copy.VersionId,
    undefined,
  ]);
  expect([whole.VersionId, copy.VersionId]).toEqual([
    expect.stringMatching(VERSION_ID),
    expect.stringMatching(VERSION_ID),
  ]);
});

test('deletes by a marker, which is 404 by key and 405 by version', async () => {
  const version = await put('k', 'text');
  const marker = await s3.deleteObject({ Bucket, Key: 'k' });
  expect(marker).toMatchObject({
    DeleteMarker: true,
    VersionId: expect.stringMatching(VERSION_ID),
  });
  const marked = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.VersionId };
  const named = { Bucket, Key: 'k', VersionId: marker.VersionId };
  for (const [request, name, statusCode] of [
    [() => s3.getObject({ Bucket, Key: 'k' }), 'NoSuchKey', 404],
    [() => s3.headObject({ Bucket, Key: 'k' }), 'NotFound', 404],
    [() => s3.getObject(named), 'MethodNotAllowed', 405],
    [() => s3.headObject(named), 'Unknown', 405],
  ] as const) {
    const error = await request().catch((thrown: unknown) => thrown);
    expect(error, name).toMatchObject({ name });
    const { $response } = error as { $response: { statusCode: number; headers: object } };
    expect($response.statusCode).toBe(statusCode);
    expect($response.headers).toMatchObject(marked);
  }
  expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
  expect(await read('k', version)).toBe('text');
  expect(await versions()).toEqual({ [`${marker.VersionId}`]: '(k) true', [version]: 'k false' });
});

test('shows the key again when its marker is deleted, and forgets deleted versions', async () => {
  const [first, second] = [await put('k', 'first'), await put('k', 'second')];
  const { VersionId } = await s3.deleteObject({ Bucket, Key: 'k' });
  const removed = await s3.deleteObject({ Bucket, Key: 'k', VersionId });
  expect(removed).toMatchObject({ DeleteMarker: true, VersionId });
  expect(await read('k')).toBe('second');
  const gone = await s3.deleteObject({ Bucket, Key: 'k', VersionId: second });
  expect(gone).toMatchObject({ VersionId: second });
  expect(gone.DeleteMarker).toBeUndefined();
  expect(await read('k')).toBe('first');
  await s3.deleteObject({ Bucket, Key: 'k', VersionId: second }); // once more is no error
  await s3.deleteObject({ Bucket, Key: 'k', VersionId: first });
  expect(await versions()).toEqual({});
  await expect(read('k')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('makes a marker for a key that was never there', async () => {
  const { VersionId } = await s3.deleteObject({ Bucket, Key: 'never' });
  expect(await versions()).toEqual({ [`${VersionId}`]: '(never) true' });
});

test('keeps the object of before as the null version, which a suspended bucket replaces', async () => {
  const plain = `${Bucket}-later`;
  await s3.createBucket({ Bucket: plain });
  Bucket = plain;
  await put('k', 'before');
  await keep('Enabled');
  expect((await s3.headObject({ Bucket, Key: 'k' })).VersionId).toBe('null');
  const version = await put('k', 'enabled');
  expect(await read('k', 'null')).toBe('before');
  await keep('Suspended');
  await put('k', 'suspended');
  expect(await read('k', 'null')).toBe('suspended');
  expect(await read('k', version)).toBe('enabled');
  expect(await versions()).toEqual({ null: 'k true', [version]: 'k false' });
  const marker = await s3.deleteObject({ Bucket, Key: 'k' });
  expect(marker).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
  expect(await versions()).toEqual({ null: '(k) true', [version]: 'k false' });
});

test('decides conditions on what the key is now', async () => {
  const { ETag } = await s3.putObject({ Bucket, Key: 'k', Body: 'text' });
  const createOnly = { Bucket, Key: 'k', Body: 'new', IfNoneMatch: '*' };
  await expect(s3.putObject(createOnly)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await s3.deleteObject({ Bucket, Key: 'k' });
  const replacing = { Bucket, Key: 'k', Body: 'new', IfMatch: ETag };
  await expect(s3.putObject(replacing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  await s3.putObject(createOnly);
  expect(await read('k')).toBe('new');
});

test('copies a version, also over its own key, but no marker', async () => {
  const [first] = [await put('k', 'first'), await put('k', 'second')];
  const { VersionId } = await s3.deleteObject({ Bucket, Key: 'k' });
  const from = (id?: string) => `${Bucket}/k${id === undefined ? '' : `?versionId=${id}`}`;
  const copy = await s3.copyObject({ Bucket, Key: 'k', CopySource: from(first) });
  expect(copy.CopySourceVersionId).toBe(first);
  expect(await read('k')).toBe('first');
  const ofMarker = s3.copyObject({ Bucket, Key: 'copy', CopySource: from(VersionId) });
  await expect(ofMarker).rejects.toMatchObject({ name: 'InvalidRequest' });
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key: 'parts' });
  const part = await s3.uploadPartCopy({
    ...{ Bucket, Key: 'parts', UploadId, PartNumber: 1 },
    CopySource: from(first),
  });
  expect(part.CopySourceVersionId).toBe(first);
});

test('deletes many, each key or version with its own outcome', async () => {
  const version = await put('k', 'text');
  const missing = 'b'.repeat(32);
  const { Deleted, Errors } = await s3.deleteObjects({
    Bucket,
    Delete: {
      Objects: [{ Key: 'k' }, { Key: 'k', VersionId: version }, { Key: 'k', VersionId: missing }],
    },
  });
  expect(Deleted).toEqual([
    { Key: 'k', DeleteMarker: true, DeleteMarkerVersionId: expect.stringMatching(VERSION_ID) },
    { Key: 'k', VersionId: version },
  ]);
  expect(Errors).toMatchObject([{ Key: 'k', VersionId: missing, Code: 'NoSuchVersion' }]);
});

test('lists versions in pages, by key and from the newest to the oldest', async () => {
  const ids: string[] = [];
  for (const Key of ['a', 'b/1', 'a', 'b/2', 'ab', 'a']) ids.push(await put(Key, Key));
  const listed: string[] = [];
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await s3.listObjectVersions({ Bucket, MaxKeys: 2, ...markers });
    listed.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId!));
    if (page.IsTruncated !== true) break;
    markers = { KeyMarker: page.NextKeyMarker!, VersionIdMarker: page.NextVersionIdMarker! };
  }
  expect(listed).toEqual([5, 2, 0, 4, 1, 3].map((at) => ids[at]));
  const folders = await s3.listObjectVersions({ Bucket, Delimiter: '/', MaxKeys: 5 });
  expect(folders.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  const behind = await s3.listObjectVersions({ Bucket, KeyMarker: 'a', Prefix: 'a' });
  expect(behind.Versions).toMatchObject([{ Key: 'ab' }]);
  const lost = s3.listObjectVersions({ Bucket, VersionIdMarker: ids[0] });
  await expect(lost).rejects.toMatchObject({ name: 'InvalidArgument' });
});

test('asks for the permissions of versions', async () => {
  const version = await put('k', 'text');
  calls.length = 0;
  await s3.getBucketVersioning({ Bucket });
  await keep('Enabled');
  await s3.listObjectVersions({ Bucket });
  await s3.getObjectAttributes({
    Bucket,
    Key: 'k',
    VersionId: version,
    ObjectAttributes: ['ETag'],
  });
  await s3.deleteObject({ Bucket, Key: 'k', VersionId: version });
  expect(calls.map(({ action }) => action)).toEqual([
    's3:GetBucketVersioning',
    's3:PutBucketVersioning',
    's3:ListBucketVersions',
    's3:GetObjectVersionAttributes',
    's3:GetObjectVersion',
    's3:DeleteObjectVersion',
  ]);
});
