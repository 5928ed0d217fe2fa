import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWhole } from '#aws/objects.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { readSegments } from '#cli/verify/read-segments.ts';
import { segmentProblems } from '#cli/verify/segment-problems.ts';
import { BoundExceededError } from '#core/errors.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';
import { manifestKey } from '#core/run/output-keys.ts';
import { BucketContents } from '#support/bucket-contents.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { patience } from '#support/patience.ts';
import { planRun, runSteps } from '#support/run-steps.ts';
import { uploadsBelow } from '#support/wide-single.ts';

/** Rows of 1,000 bytes and more. */
const ROWS = 18_000;
const ROWS_PER_FILE = 6_000;

let services: LocalServices;
let bucket: BucketContents;
let source: string;

const lines = Array.from(
  { length: ROWS },
  (_, row) => `${row},${String(row % 10).repeat(1_000)}\n`,
);

beforeAll(async () => {
  services = await startLocalServices();
  bucket = new BucketContents(services);
  source = await bucket.put('table.csv', `id,text\n${lines.join('')}`);
});
afterAll(() => services.close());

function asked(folder: string, output: object = {}, fields: object = {}) {
  return {
    source: { uri: source, format: 'csv' },
    schema: [
      { name: 'id', type: 'INTEGER' },
      { name: 'text', type: 'VARCHAR' },
    ],
    output: { uri: `s3://${services.bucket}/${folder}/`, format: 'csv', single: true, ...output },
    chunking: { rows: ROWS_PER_FILE },
    ...fields,
  };
}

async function bytesAt(key: string): Promise<Buffer> {
  return (await readWhole(services.s3, { bucket: services.bucket, key }))!.bytes;
}

async function segmentsOf(folder: string) {
  const never = new AbortController().signal;
  const uri = `s3://${services.bucket}/${manifestKey(`${folder}/`)}`;
  const run = await openRunInS3(services.s3, uri, never);
  const segments = await readSegments(run);
  expect(await segmentProblems(run, segments, never)).toEqual([]);
  return segments;
}

describe('a table as one object', { timeout: patience(20_000) }, () => {
  it('is its files one after the other, with one header line', async () => {
    await runSteps(services, services, asked('plain'));
    const text = (await bytesAt('plain/data/rows.csv')).toString();
    expect(text === `id,text\n${lines.join('')}`).toBe(true);
    const segments = await segmentsOf('plain');
    expect(segments.map(({ rowStart, rowEnd }) => [rowStart, rowEnd])).toEqual([
      [0, 6_000],
      [6_000, 12_000],
      [12_000, 18_000],
    ]);
    const manifest = parseManifest((await bucket.text(manifestKey('plain/'))) ?? '');
    expect(manifest.entries[0]).toMatchObject({ meta: { record_count: ROWS }, rowEnd: ROWS });
    expect(manifest.entries[0]?.range?.end).toEqual({ object: 1, at: 0 });
    expect(await uploadsBelow(services, 'plain/')).toEqual([]);
  });

  it('is gzip of members that are long enough', async () => {
    await runSteps(
      services,
      services,
      asked('gzip', { compression: 'gzip', csv: { header: false } }),
    );
    const text = gunzipSync(await bytesAt('gzip/data/rows.csv.gz')).toString();
    expect(text === lines.join('')).toBe(true);
    const segments = await segmentsOf('gzip');
    const { least } = PART_BYTES_OF_OBJECT;
    expect(segments.slice(0, -1).every(({ bytes }) => bytes >= least && bytes < least + 5)).toBe(
      true,
    );
    expect(segments.at(-1)?.bytes).toBeLessThan(least);
  });

  it('fails to be planned where its files are too small for parts', async () => {
    const small = asked('small', {}, { chunking: { rows: 10 } });
    const planned = planRun(services, services, small);
    await expect(planned).rejects.toThrow(BoundExceededError);
    await expect(planned).rejects.toThrow(
      /^the 1800 files have at most some \d+ bytes, and a part of one object at least 5242880/,
    );
    expect(await bucket.below('small/')).toEqual({});
  });

  it('fails in the writer of a file that has far fewer rows than planned', async () => {
    const transform = { sql: 'SELECT * FROM input WHERE id >= 1000' };
    const filtered = runSteps(services, services, asked('filtered', {}, { transform }));
    await expect(filtered).rejects.toThrow(
      /^part 1 of the object has \d+ bytes, and a part has at least 5242880 before the last one/,
    );
  });
});
