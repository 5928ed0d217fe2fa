import * as z from 'zod/mini';
import type { S3Client } from '#aws/clients/s3.ts';
import { linesOf, openObject } from '#aws/objects.ts';
import { parseManifestHead } from '#core/manifest/manifest.ts';
import { generationKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import type { ProvedOutput } from './run-record.ts';

/** Between the head of a manifest and its entries. */
const BEFORE_ENTRIES = ',"entries":[';

const endOfManifest = z.object({
  totals: z.object({
    ...{ chunks: z.number(), rows: z.number(), bytes: z.number(), contentBytes: z.number() },
    crc32: z.string(),
  }),
});

/** What the manifest of a run says of it. */
export interface ManifestFigures extends ProvedOutput {
  readonly source: string;
  readonly kind: 'matrix' | 'table';
}

/** Head and end of a manifest, which has one entry a line. Holds one line. */
async function endsOf(lines: AsyncIterable<string>): Promise<readonly [string, string]> {
  let first: string | undefined;
  let last = '';
  for await (const line of lines) {
    first ??= line;
    last = line;
  }
  return [first ?? '', last];
}

/**
 * Reads what the manifest of a generation says of its run.
 *
 * @returns undefined where there is none yet, or where another run has written it.
 * @throws {ManifestError} it is of another version.
 */
export async function readManifestTotals(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  { runId, generation }: { readonly runId: string; readonly generation: number },
  signal: AbortSignal,
): Promise<ManifestFigures | undefined> {
  const place = { bucket, key: generationKey(prefix, generation) };
  const object = await openObject(s3, place, signal);
  if (object === undefined) return undefined;
  const [first, last] = await endsOf(linesOf(object));
  const head = parseManifestHead(`${first.replace(BEFORE_ENTRIES, '')}}`);
  if (head.runId !== runId) return undefined;
  const { totals } = endOfManifest.parse(JSON.parse(`{${last.replace(/^\],/, '')}`));
  const isOwn = head.generations.length === 1 && head.earlier === undefined;
  return { ...totals, isOwn, source: head.source.uri, kind: head.facts.kind };
}
