import { createObject } from '#aws/create-only.ts';
import { figuresOf } from '#aws/request-counter.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import type { ManifestSegments, Segment } from '#core/manifest/manifest.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { LISTED_SEGMENTS } from '#core/manifest/single-entry.ts';
import { outputUri, segmentsKey } from '#core/run/output-keys.ts';
import type { FinalizeDeps } from './finalize-deps.ts';

/** Lists segments in the manifest, or beside it where they are many. */
export async function listSegments(
  { s3 }: Pick<FinalizeDeps, 's3'>,
  { location, generation }: Pick<CountedRun, 'location' | 'generation'>,
  segments: readonly Segment[],
  signal: AbortSignal,
): Promise<ManifestSegments> {
  if (segments.length <= LISTED_SEGMENTS) return { segments: [...segments] };
  const { bucket, prefix } = location;
  const key = segmentsKey(prefix, generation);
  const text = Buffer.from(segments.map((segment) => `${JSON.stringify(segment)}\n`).join(''));
  await createObject(s3, { bucket, key, contentType: 'application/x-ndjson' }, [text], signal);
  const { bytes, crc32 } = figuresOf(text);
  const figures = { bytes, crc32: crc32Hex(crc32) };
  return { segmentList: { uri: outputUri(location, key), count: segments.length, ...figures } };
}
