import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { readSegments } from '#cli/verify/read-segments.ts';
import type { ManifestSegments } from '#core/manifest/manifest.ts';
import { listSegments } from '#lambdas/finalize/list-segments.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const never = new AbortController().signal;

/** Segments of a row of two bytes each. */
function segmentsOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    ...{ index, rowStart: index, rowEnd: index + 1, counts: { nnz: 1 } },
    ...{ byteStart: 2 * index, bytes: 2, contentBytes: 2, crc32: '0badcafe' },
  }));
}

function list(count: number, prefix: string): Promise<ManifestSegments> {
  const location = { bucket: services.bucket, prefix };
  return listSegments(services, { location, generation: 1 }, segmentsOf(count), never);
}

/** Reads them again as `verify` does. */
function read(manifest: ManifestSegments) {
  const withNamed: StoredRun['withNamed'] = async (uri, use) =>
    await use(await pinObject(services.s3, uri, never));
  return readSegments({ manifest, withNamed } as StoredRun);
}

it('lists a thousand segments in the manifest, and more beside it', async () => {
  const few = await list(1_000, 'few/');
  expect(few).toEqual({ segments: segmentsOf(1_000) });
  expect(await read(few)).toEqual(segmentsOf(1_000));
  const many = await list(1_001, 'many/');
  const uri = `s3://${services.bucket}/many/_manifest/segments-000001.jsonl`;
  expect(many).toMatchObject({ segmentList: { uri, count: 1_001 } });
  expect(many.segments).toBeUndefined();
  expect(await read(many)).toEqual(segmentsOf(1_001));
  expect(await list(1_001, 'many/')).toEqual(many);
});

it('fails to read a list that is not the one that the manifest names', async () => {
  const many = await list(1_001, 'other/');
  const contents = new BucketContents(services);
  await contents.put('other/_manifest/segments-000001.jsonl', '');
  await expect(read(many)).rejects.toThrow(/is not the list of segments that the manifest names/);
});

it('is no list where chunks are objects of their own', async () => {
  expect(await read({})).toEqual([]);
});
