import { afterAll, beforeAll, expect, test } from 'vitest';
import { type S3Fixture, startS3Fixture } from '#local/testing/s3-fixture.ts';

const RACERS = 32;
let fixture: S3Fixture;
beforeAll(async () => {
  fixture = await startS3Fixture();
});
afterAll(() => fixture.close());

function outcomes(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const name = result.status === 'fulfilled' ? 'won' : result.reason.name;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

async function startUpload(Key: string, Body: string) {
  const { s3, bucket: Bucket } = fixture;
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key });
  const { ETag } = await s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body });
  return { Bucket, Key, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
}

test('lets exactly one of 32 create-only puts win', async () => {
  const { s3, bucket: Bucket } = fixture;
  const racers = Array.from({ length: RACERS }, (_, at) =>
    s3.putObject({ Bucket, Key: 'raced', Body: `racer ${at}`, IfNoneMatch: '*' }),
  );
  const results = await Promise.allSettled(racers);
  expect(outcomes(results)).toEqual({ won: 1, PreconditionFailed: RACERS - 1 });
  const winner = results.findIndex(({ status }) => status === 'fulfilled');
  const { Body } = await s3.getObject({ Bucket, Key: 'raced' });
  expect(await Body?.transformToString()).toBe(`racer ${winner}`);
});

test('lets exactly one of 32 create-only completes win', async () => {
  const { s3 } = fixture;
  const uploads = await Promise.all(
    Array.from({ length: RACERS }, (_, at) => startUpload('raced-parts', `racer ${at}`)),
  );
  const completes = uploads.map((upload) =>
    s3.completeMultipartUpload({ ...upload, IfNoneMatch: '*' }),
  );
  const results = await Promise.allSettled(completes);
  expect(outcomes(results)).toEqual({ won: 1, PreconditionFailed: RACERS - 1 });
});

test('lets exactly one of 32 puts that match the same ETag win', async () => {
  const { s3, bucket: Bucket } = fixture;
  const { ETag } = await s3.putObject({ Bucket, Key: 'counter', Body: 'start' });
  const racers = Array.from({ length: RACERS }, (_, at) =>
    s3.putObject({ Bucket, Key: 'counter', Body: `racer ${at}`, IfMatch: ETag }),
  );
  const counts = outcomes(await Promise.allSettled(racers));
  expect(counts).toEqual({ won: 1, PreconditionFailed: RACERS - 1 });
});

test('fails a conditional complete with 409 when the key was deleted meanwhile, also after a restart', async () => {
  const { s3, bucket: Bucket } = fixture;
  const Key = 'deleted-meanwhile';
  await s3.putObject({ Bucket, Key, Body: 'there' });
  const upload = await startUpload(Key, 'parts');
  await s3.deleteObject({ Bucket, Key });
  const restarted = await fixture.restart();
  const complete = restarted.completeMultipartUpload({ ...upload, IfNoneMatch: '*' });
  await expect(complete).rejects.toMatchObject({
    name: 'ConditionalRequestConflict',
    $metadata: { httpStatusCode: 409 },
  });
  await restarted.completeMultipartUpload(upload);
});

test('fails with NoSuchKey when there is nothing to match', async () => {
  const { s3, bucket: Bucket } = fixture;
  const put = s3.putObject({ Bucket, Key: 'nothing', Body: new Uint8Array(), IfMatch: '"etag"' });
  await expect(put).rejects.toMatchObject({ name: 'NoSuchKey' });
  const remove = s3.deleteObject({ Bucket, Key: 'nothing', IfMatch: '"etag"' });
  await expect(remove).rejects.toMatchObject({ name: 'NoSuchKey' });
});
