import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { ManifestError } from '#core/errors.ts';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { FORMATS } from '#core/sparse/layout/matrix-layout.ts';

/** Readers refuse a higher version; new optional fields do not raise it. */
export const MANIFEST_VERSION = 1;

const count = z.int().check(z.nonnegative());
const ordinal = z.int().check(z.positive());
const crc32 = z.string().check(z.regex(/^[0-9a-f]{8}$/));
const runId = z.string().check(z.regex(/^[0-9a-f]{32}$/));

const source = z.object({
  uri: z.string(),
  etag: z.string(),
  versionId: z.nullable(z.string()),
  size: count,
  format: z.enum(FORMATS),
});

const generationSchema = z.object({
  generation: ordinal,
  runId,
  source,
  rowStart: count,
  rowEnd: count,
  nnz: count,
  chunks: count,
});

const linkSchema = z.object({ generation: ordinal, bytes: count, crc32 });

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

const headSchema = z.object({
  format: z.literal('sparse-fanout-manifest'),
  version: z.literal(MANIFEST_VERSION),
  runId,
  source,
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
  generation: z.optional(ordinal),
  previous: z.optional(linkSchema),
  generations: z.optional(z.array(generationSchema).check(z.minLength(1))),
});

/** The published shape of `_manifest/manifest.json`. @see docs/manifest.md */
export const manifestSchema = z.extend(headSchema, {
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
export type ManifestHead = z.infer<typeof headSchema>;
export type ManifestTotals = Manifest['totals'];
/** One run whose rows are in the set: the first, or one that was appended. */
export type Generation = z.infer<typeof generationSchema>;
/** The manifest that one was appended to: its number, and length and CRC-32 of its bytes. */
export type ManifestLink = z.infer<typeof linkSchema>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ManifestError('the manifest is not JSON', { cause });
  }
}

function parseWith<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ManifestError(
    `the manifest is not of version ${MANIFEST_VERSION}: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** @throws {ManifestError} the text is not a manifest of this version. */
export function parseManifest(text: string): Manifest {
  return parseWith(manifestSchema, parseJson(text));
}

/**
 * Parses what stands before the entries of a manifest.
 *
 * @param text JSON of an object.
 * @throws {ManifestError} it is not the head of a manifest of this version.
 */
export function parseManifestHead(text: string): ManifestHead {
  return parseWith(headSchema, parseJson(text));
}

/**
 * Parses one entry; fields that this version does not know are kept, so that it can be written again as it was.
 *
 * @throws {ManifestError} the text is no entry.
 */
export function parseManifestEntry(text: string): ManifestEntry {
  const value = parseJson(text);
  parseWith(entrySchema, value);
  return value as ManifestEntry;
}
