import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';
import { OUTPUT_KINDS, type OutputSpec, outputRequest } from '#core/outputs/output-kinds.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { wholeNumber } from '#core/schemas/count.ts';
import type { SourceAddress } from '#core/sources/list-units.ts';
import { partOrder } from '#core/sources/part-order.ts';
import { type Expectations, expectations } from '#core/sparse/expectations.ts';
import { FORMATS } from '#core/sparse/formats/format-names.ts';
import { type SourceOptions, sourceOptions } from '#core/sparse/formats/source-options.ts';

/** A chunk's content may not pass this: a Lambda sends about 67 GB in its 15 minutes. */
export const MAX_CHUNK_BYTES = 20 * 1024 ** 3;

/** Bytes that a run may write where neither the request nor the deployment says how many. */
export const DEFAULT_OUTPUT_BYTES = 10e12;

/** Writers at once where neither the request nor the deployment says how many. */
export const DEFAULT_CONCURRENCY = 500;

/**
 * The exact number of rows of each chunk, or the bytes that no chunk passes; only a single longer
 * row may pass them. `automatic` leaves it to the kind of output.
 */
export type Chunking = { readonly rows: number } | { readonly targetBytes: number } | 'automatic';

/** A request with every default filled in. */
export interface ExportRequest {
  readonly source: SourceAddress & {
    readonly options: SourceOptions;
    /** Names of the columns, or the URI of an object with them; used where they are printed. */
    readonly columnNames?: string | readonly string[];
  };
  readonly expect: Expectations;
  readonly output: {
    /** `s3://bucket/prefix/`, or null for the prefix made from the source's key and the run id. */
    readonly uri: string | null;
    readonly mode: OutputMode;
    readonly spec: OutputSpec;
  };
  readonly chunking: Chunking;
  /** Writers at once. */
  readonly concurrency: number;
  /** Most bytes that the run is expected to store. */
  readonly outputBytes: number;
  /** Plans and writes nothing. */
  readonly dryRun: boolean;
}

const MAX_CONCURRENCY = 10_000;

/** An execution's input has at most 256 KiB, so more parts must be given as a folder. */
const MAX_LISTED_PARTS = 2_000;

const SOURCE_URI =
  'an S3 URI such as s3://bucket/matrix.npz or s3://bucket/folder/ (of a bucket, not of an access point)';

const uri = z.string({ error: SOURCE_URI }).check(z.regex(S3_URI, { error: SOURCE_URI }));

const URI_LIST = `a list of 1 to ${MAX_LISTED_PARTS} S3 URIs`;

const uris = z
  .array(uri, { error: URI_LIST })
  .check(z.minLength(1, { error: URI_LIST }), z.maxLength(MAX_LISTED_PARTS, { error: URI_LIST }));

const NAMES = 'a list of texts, or the S3 URI of a JSON or text file with one name per line';

const WHOLE_TEXT = 'a text without half of a character (a lone surrogate)';

const columnNames = z.union(
  [
    z.string().check(z.regex(S3_URI, { error: NAMES })),
    z.array(z.string().check(z.refine((name) => name.isWellFormed(), { error: WHOLE_TEXT }))),
  ],
  { error: NAMES },
);

const VERSION = 'the version of one object, a text';

const OPTIONS = Object.keys(sourceOptions.shape)
  .map((name) => (name === 'format' ? `format (${FORMATS.join(', ')})` : name))
  .join(', ');

/** What compares fields waits until each of them is right. */
const isSound = ({ issues }: z.core.ParsePayload) => issues.length === 0;

/** A URI alone stands for an object with it, so that a wrong field is named by its own path. */
const source = z.pipe(
  z.transform((given) => (typeof given === 'string' ? { uri: given } : given)),
  z
    .strictObject(
      {
        uri: z.optional(uri),
        uris: z.optional(uris),
        versionId: z.optional(z.string({ error: VERSION }).check(z.minLength(1, VERSION))),
        order: z.optional(partOrder),
        columnNames: z.optional(columnNames),
        ...sourceOptions.shape,
      },
      {
        error: `${SOURCE_URI}, or an object with either uri or uris (a list of them, stacked by rows), and versionId (of one uri), order (of the parts of a folder), columnNames, ${OPTIONS}`,
      },
    )
    .check(
      z.refine((given) => (given.uri === undefined) !== (given.uris === undefined), {
        when: isSound,
        error: 'an object with either uri or uris',
      }),
      z.refine((given) => given.versionId === undefined || given.uris === undefined, {
        when: isSound,
        error: 'an object with either versionId or uris, because a version is of one object',
      }),
    ),
);

const chunking = z
  .strictObject(
    {
      rows: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
      targetBytes: z.optional(wholeNumber(1, MAX_CHUNK_BYTES)),
    },
    { error: 'an object with rows or targetBytes' },
  )
  .check(
    z.refine(({ rows, targetBytes }) => rows === undefined || targetBytes === undefined, {
      error: 'either rows or targetBytes, not both',
    }),
  );

const output = z
  .discriminatedUnion('format', outputRequest, {
    error: ({ code }) =>
      code === 'invalid_union'
        ? OUTPUT_KINDS.map((kind) => `'${kind}'`).join(' or ')
        : 'an object with uri, format and the fields of that format',
  })
  .check(({ value: { uri: place, mode = 'create' }, issues }) => {
    if (mode === 'create' || place !== undefined) return;
    const message = `given with its uri where mode is '${mode}', so that there is a place for it`;
    issues.push({ code: 'custom', message, input: { mode } });
  });

const limits = z.strictObject(
  {
    concurrency: z.optional(wholeNumber(1, MAX_CONCURRENCY)),
    outputBytes: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  },
  { error: 'an object with concurrency and outputBytes' },
);

/** What a request may hold; every `error` says what is allowed. */
export const requestSchema = z.strictObject(
  {
    source,
    expect: z.optional(expectations),
    output,
    chunking: z.optional(chunking),
    limits: z.optional(limits),
    dryRun: z.optional(z.boolean({ error: 'true or false' })),
  },
  { error: 'an object such as { "source": "s3://bucket/matrix.npz" }' },
);

export type RequestBody = z.infer<typeof requestSchema>;
