import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { listObjects } from '#aws/objects.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { compareRows, NO_DIFFERENCES, type RowDifferences } from './compare-rows.ts';
import type { SourceVersion } from './source-version.ts';

/** A state that must never occur. */
export class BadEndState extends Error {
  override readonly name = 'BadEndState';
  readonly differences: RowDifferences;

  constructor(message: string, differences = NO_DIFFERENCES) {
    super(message);
    this.differences = differences;
  }
}

/** Where a run's output lies, and which matrices it may have been made from, by ETag. */
export interface Expected {
  readonly bucket: string;
  readonly prefix: string;
  readonly versions: ReadonlyMap<string, SourceVersion>;
}

const MANIFEST = /^(.*\/)_manifest\/manifest\.json$/;

async function read(s3: S3Client, uri: string): Promise<Buffer> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

function assertTiled({ entries, facts }: Manifest): void {
  if (facts.kind !== 'matrix') throw new BadEndState('the manifest is of no matrix');
  let rows = 0;
  for (const { index, rowStart, rowEnd } of entries) {
    if (rowStart !== rows || rowEnd <= rowStart) {
      throw new BadEndState(`chunk ${index} has rows ${rowStart} to ${rowEnd} after row ${rows}`);
    }
    rows = rowEnd;
  }
  if (rows === facts.shape[0]) return;
  throw new BadEndState(`the manifest ends at row ${rows} of ${facts.shape[0]}`);
}

async function checkManifest(s3: S3Client, uri: string, expected: Expected): Promise<void> {
  const manifest = parseManifest((await read(s3, uri)).toString());
  const version = expected.versions.get(manifest.source.etag);
  if (version === undefined) throw new BadEndState(`${uri} is of an unknown source`);
  assertTiled(manifest);
  const chunks: Buffer[] = [];
  for (const { url, meta } of manifest.entries) {
    const chunk = await read(s3, url);
    if (chunk.length !== meta.content_length) throw new BadEndState(`${url} has another size`);
    chunks.push(url.endsWith('.gz') ? gunzipSync(chunk) : chunk);
  }
  const differences = compareRows(await version.expectedText(), Buffer.concat(chunks));
  if (differences === NO_DIFFERENCES) return;
  throw new BadEndState(`${uri}: ${JSON.stringify(differences)}`, differences);
}

/**
 * Checks every manifest below a prefix: each chunk there, each row once, in order, byte for byte as
 * the encoder writes it.
 *
 * @returns the URIs of the manifests.
 * @throws {BadEndState} something is wrong with one.
 */
export async function checkManifests(s3: S3Client, expected: Expected): Promise<string[]> {
  const { bucket, prefix } = expected;
  const keys = await Array.fromAsync(listObjects(s3, bucket, prefix), ({ key }) => key);
  const manifests = keys.filter((key) => MANIFEST.test(key) && !key.includes('/_plan/'));
  for (const key of manifests) {
    const uri = `s3://${bucket}/${key}`;
    await checkManifest(s3, uri, expected);
    const [, folder = ''] = MANIFEST.exec(key) ?? [];
    const { entries } = parseManifest((await read(s3, uri)).toString());
    const stored = keys.filter((each) => each.startsWith(`${folder}data/`)).length;
    if (stored !== entries.length) {
      throw new BadEndState(`${uri} lists ${entries.length} chunks of ${stored} stored`);
    }
  }
  return manifests.map((key) => `s3://${bucket}/${key}`);
}
