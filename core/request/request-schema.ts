import * as z from 'zod/mini';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import { COMPRESSIONS, type Compression } from '#core/outputs/compression.ts';
import {
  type CsvDialect,
  delimiterProblem,
  naRepProblem,
  PROFILE_ALIASES,
} from '#core/outputs/csv/csv-dialect.ts';
import type { SourceOptions } from '#core/sparse/formats/matrix-format.ts';
import { FORMATS } from '#core/sparse/layout/matrix-layout.ts';
import type { SourceAddress } from '#core/sparse/source/list-units.ts';

/** Text of one chunk where a request is silent: about 7 s of a Lambda's upload, so that starting it costs little. */
export const DEFAULT_TARGET_BYTES = 512 * 1024 * 1024;

/** A chunk's text may not pass this: a Lambda sends about 67 GB in its 15 minutes. */
export const MAX_CHUNK_BYTES = 20 * 1024 ** 3;

/** Rows for exactly sized chunks, or bytes of text that no chunk passes (a single longer row apart). */
export type Chunking = { readonly rows: number } | { readonly targetBytes: number };

/** What a source must be; a difference is refused before anything is written. */
export interface Expectations {
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
  readonly nnz?: number | undefined;
  readonly dtype?: DType | undefined;
}

/** A request with every default filled in. */
export interface ExportRequest {
  readonly source: SourceAddress & { readonly options: SourceOptions };
  readonly expect: Expectations;
  readonly output: {
    /** `s3://bucket/prefix/`, or null for the prefix made from the source's key and the run id. */
    readonly uri: string | null;
    readonly format: 'csv';
    readonly compression: Compression;
    readonly text: CsvDialect;
    /** The rows go after those that lie at `uri` already. */
    readonly append: boolean;
  };
  readonly chunking: Chunking;
  /** Writers at once, or null for the deployment's. */
  readonly concurrency: number | null;
  /** Plan, and write nothing at all. */
  readonly dryRun: boolean;
}

const S3_PREFIX = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\0]+$/;
const MAX_CONCURRENCY = 10_000;

/** An execution's input has 256 KiB; more parts are given as a folder. */
const MAX_LISTED_PARTS = 2_000;

function wholeNumber(from: number, to: number) {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).check(z.minimum(from, { error }), z.maximum(to, { error }));
}

function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.optional(
    z.strictObject(shape, { error: `an object with ${Object.keys(shape).join(', ')}` }),
  );
}

const SOURCE_URI = 'an S3 URI such as s3://bucket/matrix.npz or s3://bucket/folder/';

const uri = z.string({ error: SOURCE_URI }).check(z.regex(S3_PREFIX, { error: SOURCE_URI }));

const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

const outputUri = z
  .string({ error: 'an S3 URI such as s3://bucket/folder/' })
  .check(z.regex(S3_PREFIX, { error: 'an S3 URI such as s3://bucket/folder/' }));

const URI_LIST = `a list of 1 to ${MAX_LISTED_PARTS} S3 URIs`;

const source = z.union(
  [
    uri,
    z
      .strictObject({
        uri: z.optional(uri),
        uris: z.optional(
          z
            .array(uri, { error: URI_LIST })
            .check(
              z.minLength(1, { error: URI_LIST }),
              z.maxLength(MAX_LISTED_PARTS, { error: URI_LIST }),
            ),
        ),
        versionId: z.optional(z.string().check(z.minLength(1))),
        format: z.optional(z.enum(FORMATS)),
        layer: z.optional(z.string().check(z.minLength(1))),
        zeroBased: z.optional(z.boolean()),
        labels: z.optional(z.boolean()),
        columns: z.optional(count),
      })
      .check(
        z.refine(({ uri: one, uris }) => (one === undefined) !== (uris === undefined), {
          error: 'an object with either uri or uris',
        }),
        z.refine(({ versionId, uris }) => versionId === undefined || uris === undefined, {
          error: 'an object with either versionId or uris, because a version is of one object',
        }),
      ),
  ],
  {
    error: `${SOURCE_URI}, or an object with either uri or uris (a list of them, stacked by rows), and versionId (of one uri), format (${FORMATS.join(', ')}), layer, zeroBased, labels, columns`,
  },
);

const profiles = z.enum(Object.keys(PROFILE_ALIASES), {
  error: `one of ${Object.keys(PROFILE_ALIASES).join(', ')}`,
});

/** A string for which `problem` finds nothing to say. */
function textWithout(problem: (text: string) => string | undefined) {
  return z.string({ error: 'a text' }).check(
    z.check<string>((context) => {
      const message = problem(context.value);
      if (message === undefined) return;
      context.issues.push({ code: 'custom', message, input: context.value });
    }),
  );
}

const text = section({
  profile: z.optional(
    z.pipe(
      profiles,
      z.transform((name) => PROFILE_ALIASES[name]!),
    ),
  ),
  delimiter: z.optional(textWithout(delimiterProblem)),
  naRep: z.optional(textWithout(naRepProblem)),
  header: z.optional(z.enum(['none', 'first-chunk'], { error: "'none' or 'first-chunk'" })),
});

const chunking = z.optional(
  z
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
    ),
);

const output = section({
  uri: z.optional(outputUri),
  format: z.optional(z.literal('csv', { error: "'csv'" })),
  compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
  text,
  append: z.optional(z.boolean({ error: 'true or false' })),
}).check(
  z.refine((given) => given?.append !== true || given.uri !== undefined, {
    error: 'given with its uri where append is true, so that there is a place to append to',
  }),
);

/** What a request may hold; every `error` says what is allowed. */
export const requestSchema = z.strictObject(
  {
    source,
    expect: section({
      rows: z.optional(count),
      columns: z.optional(count),
      nnz: z.optional(count),
      dtype: z.optional(z.enum(DTYPES, { error: `one of ${DTYPES.join(', ')}` })),
    }),
    output,
    chunking,
    limits: section({ concurrency: z.optional(wholeNumber(1, MAX_CONCURRENCY)) }),
    dryRun: z.optional(z.boolean({ error: 'true or false' })),
  },
  { error: 'an object such as { "source": "s3://bucket/matrix.npz" }' },
);

export type RequestBody = z.infer<typeof requestSchema>;
