import { crc32, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWhole } from '#aws/objects.ts';
import { headObject } from '#aws/stored-object.ts';
import { crc32Base64, crc32Hex } from '#core/checksum/crc32.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type Call, hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { finalizeRun, planRun, runSteps, writeRun } from '#support/run-steps.ts';
import { runOf, uploadsBelow, WIDE_ROW_BYTES, wideMatrix, wideText } from '#support/wide-single.ts';
import { SMALL, smallText } from './small-matrix.ts';

let services: LocalServices;
let bucket: BucketContents;
let small: string;
let wide: string;

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  small = await bucket.put('small.npz', writeNpz(SMALL));
  wide = await bucket.put('wide.npz', wideMatrix());
});
afterAll(() => services.close());

function asked(source: string, folder: string, output: object = {}) {
  const uri = `s3://${services.bucket}/${folder}/`;
  return { source, output: { uri, single: true, ...output }, chunking: { rows: 1 } };
}

/** Clients whose requests to S3 are kept. */
function watched() {
  const calls: Call[] = [];
  const clients = services.connect();
  hookClients(clients, async (call, send) => {
    calls.push(call);
    return await send();
  });
  return { clients, named: (name: string) => calls.filter((call) => call.name === name) };
}

async function bytesAt(key: string): Promise<Buffer> {
  const { s3, bucket: name } = services;
  return (await readWhole(s3, { bucket: name, key }))!.bytes;
}

async function manifestOf(folder: string) {
  return parseManifest((await bucket.text(manifestKey(`${folder}/`))) ?? '');
}

describe('a run whose rows are one object', () => {
  it('is one upload of as many parts as chunks, and nothing is copied', async () => {
    const { clients, named } = watched();
    await runSteps(clients, services, asked(wide, 'plain'));
    const text = wideText();
    expect((await bytesAt('plain/data/rows.csv')).equals(text)).toBe(true);
    expect(named('UploadPart')).toHaveLength(4);
    expect(named('CreateMultipartUpload')).toHaveLength(1);
    expect(named('CompleteMultipartUpload')).toHaveLength(1);
    expect(named('UploadPartCopy')).toEqual([]);
    expect(Object.keys(await bucket.below('plain/data/'))).toEqual(['plain/data/rows.csv']);
    const { s3, bucket: name } = services;
    const stored = await headObject(s3, name, 'plain/data/rows.csv');
    expect(stored?.crc32Base64).toBe(crc32Base64(crc32(text)));
  }, 30_000);

  it('has a manifest with one entry, which says of each row which bytes it is', async () => {
    const { entries, segments = [], totals, generations } = await manifestOf('plain');
    const text = wideText();
    const whole = { bytes: text.length, contentBytes: text.length, crc32: crc32Hex(crc32(text)) };
    expect(totals).toEqual({ chunks: 1, rows: 4, counts: { nnz: 4 }, ...whole });
    expect(generations.map(({ chunks }) => chunks)).toEqual([1]);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      url: `s3://${services.bucket}/plain/data/rows.csv`,
      meta: { content_length: text.length, record_count: 4 },
      ...{ index: 0, rowStart: 0, rowEnd: 4, crc32: whole.crc32 },
      etag: expect.stringMatching(/^[0-9a-f]{32}-4$/),
    });
    expect(segments).toEqual(
      [0, 1, 2, 3].map((row) => {
        const byteStart = row * WIDE_ROW_BYTES;
        const own = text.subarray(byteStart, byteStart + WIDE_ROW_BYTES);
        const rows = { index: row, rowStart: row, rowEnd: row + 1, counts: { nnz: 1 } };
        const figures = { bytes: own.length, contentBytes: own.length };
        return { ...rows, byteStart, ...figures, crc32: crc32Hex(crc32(own)) };
      }),
    );
  });

  it('is not there before it is whole', async () => {
    const run = await writeRun(
      services,
      services,
      await planRun(services, services, asked(wide, 'hidden')),
    );
    expect(await bucket.below('hidden/data/')).toEqual({});
    expect(await uploadsBelow(services, 'hidden/')).toEqual([run.upload?.id]);
    await finalizeRun(services, services, run);
    expect(await uploadsBelow(services, 'hidden/')).toEqual([]);
  }, 30_000);

  it('is one request where it is planned as one chunk', async () => {
    const { clients, named } = watched();
    const request = { ...asked(small, 'whole'), chunking: {} };
    await runSteps(clients, services, request);
    expect(await bucket.text('whole/data/rows.csv')).toBe(smallText({ rowStart: 0, rowEnd: 5 }));
    expect(named('CreateMultipartUpload')).toEqual([]);
    const { entries, segments } = await manifestOf('whole');
    expect(entries).toHaveLength(1);
    expect(segments).toMatchObject([{ rowStart: 0, rowEnd: 5, byteStart: 0, bytes: 33 }]);
  });

  it('is gzip of members that are long enough, of which every reader gets the text', async () => {
    await runSteps(services, services, asked(small, 'gzip', { compression: 'gzip' }));
    const object = await bytesAt('gzip/data/rows.csv.gz');
    expect(gunzipSync(object).toString()).toBe(smallText({ rowStart: 0, rowEnd: 5 }));
    const { segments = [], totals } = await manifestOf('gzip');
    expect(totals).toMatchObject({ bytes: object.length, contentBytes: 33 });
    expect(segments).toHaveLength(5);
    for (const { byteStart, bytes, rowStart, rowEnd } of segments) {
      const member = object.subarray(byteStart, byteStart + bytes);
      expect(gunzipSync(member).toString()).toBe(smallText({ rowStart, rowEnd }));
    }
    const { least } = PART_BYTES_OF_OBJECT;
    const lengths = segments.map(({ bytes }) => bytes);
    expect(lengths.slice(0, -1).every((bytes) => bytes >= least && bytes < least + 5)).toBe(true);
    expect(lengths.at(-1)).toBeLessThan(200);
  }, 30_000);

  it('has one header line', async () => {
    const request = asked(small, 'header', {
      compression: 'gzip',
      text: { header: 'first-chunk' },
    });
    await runSteps(services, services, request);
    const text = gunzipSync(await bytesAt('header/data/rows.csv.gz')).toString();
    expect(text).toBe(`0,1,2\n${smallText({ rowStart: 0, rowEnd: 5 })}`);
  }, 30_000);

  it('is another run than chunks are, and chunks stay the run that they were', async () => {
    const runIdOf = async (output: object) => {
      const request = { ...asked(wide, 'id'), output: { uri: 's3://test-bucket/id/', ...output } };
      const planned = await planRun(services, services, { ...request, dryRun: true });
      return 'runId' in planned ? planned.runId : undefined;
    };
    expect(await runIdOf({ single: false })).toBe(await runIdOf({}));
    expect(await runIdOf({ single: true })).not.toBe(await runIdOf({}));
  });

  it('is replaced by an overwrite, which leaves the object before', async () => {
    await runSteps(services, services, { ...asked(small, 'again'), chunking: {} });
    const again = asked(small, 'again', { compression: 'gzip', mode: 'overwrite' });
    await runSteps(services, services, again);
    expect(Object.keys(await bucket.below('again/data'))).toEqual([
      'again/data-g000002/rows.csv.gz',
      'again/data/rows.csv',
    ]);
    const uploads = Object.keys(await bucket.below('again/_plan/')).filter((key) =>
      key.includes('upload'),
    );
    expect(uploads).toEqual(['again/_plan/upload-000002-000001.json']);
  }, 30_000);

  it('skips parts that are done under its upload without asking S3', async () => {
    const planned = await planRun(services, services, asked(wide, 'skip'));
    await writeRun(services, services, planned);
    const { clients, named } = watched();
    await writeRun(clients, services, planned);
    expect([...named('UploadPart'), ...named('HeadObject')]).toEqual([]);
    expect(runOf(planned).upload?.number).toBe(1);
  }, 30_000);
});
