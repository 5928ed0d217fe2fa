import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { listObjects } from '#aws/objects.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { outputLines, rejectedLines } from '#support/tables/output-lines.ts';
import type { ChaosDatabase } from './chaos-database.ts';
import { compareRows, NO_DIFFERENCES, type RowDifferences } from './compare-rows.ts';
import type { SourceVersion } from './job.ts';

/** A state that must never occur. */
export class BadEndState extends Error {
  override readonly name = 'BadEndState';
  readonly differences: RowDifferences;

  constructor(message: string, differences = NO_DIFFERENCES) {
    super(message);
    this.differences = differences;
  }
}

/** Where a run's output lies, and what it may have been made from, by ETag. */
export interface Expected {
  readonly bucket: string;
  readonly prefix: string;
  readonly versions: ReadonlyMap<string, SourceVersion>;
  /** ETag of the source of what was there before; undefined where nothing was. */
  readonly before: string | undefined;
  /** Where rows lie of which the objects are receipts. */
  readonly database: ChaosDatabase;
}

const MANIFEST = /\/_manifest\/manifest\.json$/;

async function read(s3: S3Client, uri: string): Promise<Buffer> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

function assertTiled({ entries, facts }: Manifest, expected: SourceVersion): void {
  // All rows of a file of a table may have been rejected.
  const least = facts.kind === 'table' ? 0 : 1;
  let rows = 0;
  for (const { index, rowStart, rowEnd } of entries) {
    if (rowStart !== rows || rowEnd < rowStart + least) {
      throw new BadEndState(`chunk ${index} has rows ${rowStart} to ${rowEnd} after row ${rows}`);
    }
    rows = rowEnd;
  }
  if (rows === expected.rows) return;
  throw new BadEndState(`the manifest ends at row ${rows} of ${expected.rows}`);
}

/** What the manifest lists: the text of a matrix, or the lines of {@link outputLines}. */
async function contentOf(
  s3: S3Client,
  manifest: Manifest,
  database: ChaosDatabase,
): Promise<Buffer> {
  const sizes = new Map(manifest.entries.map(({ url, meta }) => [url, meta.content_length]));
  const readWhole = async (uri: string) => {
    const bytes = await read(s3, uri);
    const size = sizes.get(uri) ?? bytes.length;
    if (bytes.length !== size) throw new BadEndState(`${uri} has another size`);
    return bytes;
  };
  const { output } = manifest;
  if (output.kind === 'table' && output.file.format === 'postgres') {
    const rejected = await rejectedLines(manifest, readWhole);
    return Buffer.from([...(await database.lines(output.file)), ...rejected].join(''));
  }
  if (manifest.facts.kind === 'table') {
    return Buffer.from(await outputLines(manifest, readWhole));
  }
  const chunks: Buffer[] = [];
  for (const { url } of manifest.entries) {
    const chunk = await readWhole(url);
    chunks.push(url.endsWith('.gz') ? gunzipSync(chunk) : chunk);
  }
  return Buffer.concat(chunks);
}

/** Compares the ledger of a database with a manifest. */
async function assertLedger(uri: string, manifest: Manifest, database: ChaosDatabase) {
  const { output } = manifest;
  if (output.kind !== 'table' || output.file.format !== 'postgres') return;
  const problems = await database.problems(manifest);
  if (problems.length > 0) throw new BadEndState(`${uri}: ${problems.join('; ')}`);
}

async function checkManifest(s3: S3Client, uri: string, expected: Expected): Promise<Manifest> {
  const manifest = parseManifest((await read(s3, uri)).toString());
  const version = expected.versions.get(manifest.source.etag);
  if (version === undefined) throw new BadEndState(`${uri} is of an unknown source`);
  assertTiled(manifest, version);
  const content = await contentOf(s3, manifest, expected.database);
  if (manifest.source.etag === expected.before && version.mayShow?.(content)) return manifest;
  await assertLedger(uri, manifest, expected.database);
  const differences = compareRows(await version.expectedText(), content);
  if (differences === NO_DIFFERENCES) return manifest;
  throw new BadEndState(`${uri}: ${JSON.stringify(differences)}`, differences);
}

/** Checks that no chunk of an output that is complete lies beside those that it lists. */
function assertNoOthers(uri: string, { entries }: Manifest, keys: readonly string[]): void {
  const folders = new Set(entries.map(({ url }) => url.slice(0, url.lastIndexOf('/') + 1)));
  const isBeside = (key: string) => [...folders].some((folder) => folder.endsWith(`/${key}`));
  const stored = keys.filter((key) => isBeside(key.slice(0, key.lastIndexOf('/') + 1))).length;
  if (stored === entries.length) return;
  throw new BadEndState(`${uri} lists ${entries.length} chunks of ${stored} stored`);
}

/**
 * Checks every latest manifest below a prefix: each chunk there, each row once, in order; those of
 * matrices byte for byte as the encoder writes them.
 *
 * @returns the ETags of the sources of the manifests.
 * @throws {BadEndState} something is wrong with one.
 */
export async function checkManifests(s3: S3Client, expected: Expected): Promise<string[]> {
  const { bucket, prefix, before } = expected;
  const keys = await Array.fromAsync(listObjects(s3, bucket, prefix), ({ key }) => key);
  const manifests = keys.filter((key) => MANIFEST.test(key) && !key.includes('/_plan/'));
  const etags: string[] = [];
  for (const key of manifests) {
    const uri = `s3://${bucket}/${key}`;
    const manifest = await checkManifest(s3, uri, expected);
    const { etag } = manifest.source;
    // What was there before may have chunks of the run that goes on beside its own.
    if (etag !== before) assertNoOthers(uri, manifest, keys);
    etags.push(etag);
  }
  return etags;
}
