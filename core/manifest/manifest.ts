import * as z from 'zod/mini';
import { ManifestError } from '#core/errors.ts';
import { sourcePin } from '#core/objects/source-pin.ts';
import { laterAttempt, runId } from '#core/run/run-fields.ts';
import { outputSpec } from '#core/run/run-output.ts';
import { count, crc32Digits, ordinal } from '#core/schemas/count.ts';
import { sourceFacts } from '#core/sources/source-kinds.ts';
import { databaseKey } from '#core/tables/run/database-layout.ts';
import { gatherChunk } from '#core/tables/run/gather-chunk.ts';
import { tableChunk } from '#core/tables/run/table-chunk.ts';
import { keptLayout } from '#core/tables/run/table-layout.ts';

/** Readers refuse any other version. A new optional field does not need a new version. */
export const MANIFEST_VERSION = 7;

const counts = z.record(z.string(), count);

const tableRange = z.strictObject({ start: tableChunk.shape.start, end: tableChunk.shape.end });

const generationSchema = z.object({
  generation: ordinal,
  runId,
  source: sourcePin,
  facts: sourceFacts,
  rowStart: count,
  rowEnd: count,
  chunks: count,
  /** Of its chunks and rows those in partitions that later runs replaced, which are not counted. */
  gone: z.optional(z.strictObject({ chunks: count, rows: count })),
  /** How the source of a table was read. */
  read: z.optional(keptLayout),
});

/** A run whose rows were in the output until a later one overwrote them. */
const replacedSchema = z.object({ generation: ordinal, runId });

const linkSchema = z.object({ generation: ordinal, bytes: count, crc32: crc32Digits });

/** A generation that needed more than one attempt, and the first chunk that lies in its folder. */
const attemptSchema = z.extend(laterAttempt, { chunk: count });

const totalsSchema = z.object({
  chunks: count,
  rows: count,
  counts,
  bytes: count,
  contentBytes: count,
  crc32: crc32Digits,
});

/** The manifest of an earlier generation, whose lists are not repeated. */
const earlierSchema = z.extend(linkSchema, {
  url: z.string(),
  /** The first of the generations that it lists itself. */
  first: ordinal,
  /** Those of that manifest: of its set up to its generation. */
  totals: totalsSchema,
});

/** Where the names of the columns lie, their number, and the CRC-32 of that object. */
const columnNamesSchema = z.object({ uri: z.string(), count, crc32: crc32Digits });

/** Bounds as texts, as SQL prints them; absent where there are none. */
const columnStatistics = z.strictObject({
  column: z.string(),
  min: z.optional(z.string()),
  max: z.optional(z.string()),
  nulls: z.optional(count),
  /** Of the values as they are stored. */
  bytes: z.optional(count),
});

const columnSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  lossy: z.optional(z.literal(true)),
});

const entrySchema = z.object({
  url: z.string(),
  mandatory: z.literal(true),
  meta: z.object({ content_length: count, record_count: count }),
  index: count,
  rowStart: count,
  rowEnd: count,
  counts,
  contentBytes: count,
  crc32: crc32Digits,
  etag: z.string(),
  /** Where the rows of a table lie in its source. */
  range: z.optional(tableRange),
  /** Of a partitioned table: the values of the partition by the columns that it is of. */
  partition: z.optional(z.record(z.string(), z.nullable(z.string()))),
  /** Which rows of its partition, in the order of the source, the file has. */
  within: z.optional(gatherChunk.shape.within),
  /** Of a table of a database: its keys as they were planned, the first, the last, their number. */
  keys: z.optional(z.strictObject({ first: databaseKey, last: databaseKey, keys: count })),
  /** Of the columns of a table, where the form of the file keeps them. */
  statistics: z.optional(z.array(columnStatistics)),
  /** Where the rows lie that were left out, because a value did not fit its column. */
  rejects: z.optional(z.string()),
});

/** An object that lists the files for readers that do not know manifests. */
const companionSchema = z.object({
  companion: z.string(),
  uri: z.string(),
  bytes: count,
  crc32: crc32Digits,
});

/** The rows of one object by its bytes: what one writer wrote of it. */
const segmentSchema = z.object({
  index: count,
  rowStart: count,
  rowEnd: count,
  counts,
  /** Where its bytes begin in the object. */
  byteStart: count,
  /** Bytes in the object; of a compressed one a whole member. */
  bytes: count,
  contentBytes: count,
  /** Of its content. */
  crc32: crc32Digits,
  /** Where the rows of a table lie in its source. */
  range: z.optional(tableRange),
  /** Where the rows of a table lie that were left out of it. */
  rejects: z.optional(z.string()),
});

/** Where so many of them lie, one JSON line each, and length and CRC-32 of that object. */
const segmentListSchema = z.object({ uri: z.string(), count, bytes: count, crc32: crc32Digits });

const headSchema = z.object({
  type: z.literal('sparse-fanout-manifest'),
  version: z.literal(MANIFEST_VERSION),
  runId,
  source: sourcePin,
  facts: sourceFacts,
  output: outputSpec,
  columnNames: z.optional(columnNamesSchema),
  /** Names and SQL types of a table, in order. */
  columns: z.optional(z.array(columnSchema)),
  generation: ordinal,
  /**
   * The generation in whose folder the set goes on, where one replaced some partitions: what it
   * left lies where it was. Else the set goes on where it begins.
   */
  since: z.optional(ordinal),
  previous: z.optional(linkSchema),
  /** Manifests that list the runs and chunks before these: together they are the set, in order. */
  earlier: z.optional(z.array(earlierSchema)),
  /** Manifests that list runs whose rows are no longer in the set, in order. */
  earlierReplaced: z.optional(z.array(earlierSchema)),
  /** The runs whose rows are in the output, in row order, from the last one in `earlier`. */
  generations: z.array(generationSchema).check(z.minLength(1)),
  /** The runs before them, whose rows are no longer in it. */
  replaced: z.optional(z.array(replacedSchema)),
  /** Of all generations, those that needed more than one attempt, in order. */
  attempts: z.optional(z.array(attemptSchema)),
  /** Where all rows are one object: which bytes of it which rows are, in order. */
  segments: z.optional(z.array(segmentSchema)),
  /** The same where they are many. */
  segmentList: z.optional(segmentListSchema),
});

/** The published shape of `_manifest/manifest.json`. @see docs/manifest.md */
export const manifestSchema = z.extend(headSchema, {
  entries: z.array(entrySchema).check(z.minLength(1)),
  /** What this generation has for readers that do not know manifests. */
  companions: z.optional(z.array(companionSchema)),
  /** Of the whole set, with what `earlier` lists. */
  totals: totalsSchema,
});

/** One chunk: a Redshift manifest entry with fields of our own added. */
export type ManifestEntry = z.infer<typeof entrySchema>;
export type Manifest = z.infer<typeof manifestSchema>;
/** All of a manifest but its entries and the totals over them. */
export type ManifestHead = z.infer<typeof headSchema>;
export type ManifestTotals = z.infer<typeof totalsSchema>;
/** Which bytes of one object some rows are. */
export type Segment = z.infer<typeof segmentSchema>;
/** What a manifest says of the segments of one object. */
export type ManifestSegments = Pick<ManifestHead, 'segments' | 'segmentList'>;
/** The names of the columns of an output. */
export type ManifestColumnNames = z.infer<typeof columnNamesSchema>;
/** An object for readers that do not know manifests. */
export type ManifestCompanion = z.infer<typeof companionSchema>;
/** One run whose rows are in the output: the first of its set, or one that was appended. */
export type Generation = z.infer<typeof generationSchema>;
/** The manifest of the generation before: its number, and length and CRC-32 of its bytes. */
export type ManifestLink = z.infer<typeof linkSchema>;
/** The manifest of an earlier generation, whose lists are not repeated. */
export type EarlierManifest = z.infer<typeof earlierSchema>;
/** A generation of which a later attempt is in the output. */
export type AttemptedGeneration = z.infer<typeof attemptSchema>;
/** A run whose rows are no longer in the output. */
export type ReplacedRun = z.infer<typeof replacedSchema>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ManifestError('the manifest is not JSON', { cause });
  }
}

const versioned = z.object({ version: z.int() });

function parseWith<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { data } = versioned.safeParse(value);
  if (data !== undefined && data.version !== MANIFEST_VERSION) {
    throw new ManifestError(
      `the manifest is of version ${data.version}, this program reads version ${MANIFEST_VERSION}; use the program that wrote it, or export the source again`,
    );
  }
  const [issue] = parsed.error.issues;
  throw new ManifestError(
    `the manifest is not of version ${MANIFEST_VERSION}: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

/** @throws {ManifestError} the text is not a manifest of this version. */
export function parseManifest(text: string): Manifest {
  return parseWith(manifestSchema, parseJson(text));
}

/** @throws {ManifestError} the text is no list of segments, one JSON line each. */
export function parseSegments(text: string): readonly Segment[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => parseWith(segmentSchema, parseJson(line)));
}

/**
 * Parses the part of a manifest before its entries.
 *
 * @param text JSON of an object.
 * @throws {ManifestError} it is not the head of a manifest of this version.
 */
export function parseManifestHead(text: string): ManifestHead {
  return parseWith(headSchema, parseJson(text));
}

/**
 * Parses one entry. Keeps fields that this version does not know, so that the entry can be written
 * again unchanged.
 *
 * @throws {ManifestError} the text is no entry.
 */
export function parseManifestEntry(text: string): ManifestEntry {
  const value = parseJson(text);
  parseWith(entrySchema, value);
  return value as ManifestEntry;
}
