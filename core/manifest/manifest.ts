import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/encode/compression.ts';
import { ManifestError } from '#core/errors.ts';
import { FORMATS } from '#core/formats/matrix-layout.ts';
import { DTYPES } from '#core/sparse/dtype.ts';

/** Readers refuse a higher version; new optional fields do not raise it. */
export const MANIFEST_VERSION = 1;

const count = z.int().check(z.nonnegative());
const crc32 = z.string().check(z.regex(/^[0-9a-f]{8}$/));

const entrySchema = z.object({
  url: z.string(),
  mandatory: z.literal(true),
  meta: z.object({ content_length: count, record_count: count }),
  index: count,
  rowStart: count,
  rowEnd: count,
  nnz: count,
  contentBytes: count,
  crc32,
  etag: z.string(),
});

/** The published shape of `_manifest/manifest.json`. @see docs/manifest.md */
export const manifestSchema = z.object({
  format: z.literal('sparse-fanout-manifest'),
  version: z.literal(MANIFEST_VERSION),
  runId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  source: z.object({
    uri: z.string(),
    etag: z.string(),
    versionId: z.nullable(z.string()),
    size: count,
    format: z.enum(FORMATS),
  }),
  matrix: z.object({
    shape: z.readonly(z.tuple([count, count])),
    dtype: z.enum(DTYPES),
    nnz: count,
    fillValue: z.optional(z.literal('NaN')),
  }),
  dialect: z.object({
    profile: z.enum(['typed', 'zero0', 'empty']),
    delimiter: z.string(),
    naRep: z.string(),
    header: z.enum(['none', 'first-chunk']),
    lineTerminator: z.literal('\n'),
    encoding: z.literal('utf-8'),
  }),
  compression: z.enum(COMPRESSIONS),
  entries: z.array(entrySchema).check(z.minLength(1)),
  totals: z.object({
    chunks: count,
    rows: count,
    nnz: count,
    bytes: count,
    contentBytes: count,
    crc32,
  }),
});

/** One chunk, in the shape of a Redshift manifest entry with our fields beside. */
export type ManifestEntry = z.infer<typeof entrySchema>;
export type Manifest = z.infer<typeof manifestSchema>;
/** All of a manifest but its entries and the totals over them. */
export type ManifestHead = Omit<Manifest, 'entries' | 'totals'>;
export type ManifestTotals = Manifest['totals'];

/** @throws {ManifestError} the text is not a manifest of this version. */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ManifestError('the manifest is not JSON', { cause });
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ManifestError(
    `the manifest is not of version ${MANIFEST_VERSION}: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
