import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';
import { type MatrixOutputSpec, OUTPUT_KINDS, outputRequest } from '#core/outputs/output-kinds.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { wholeNumber } from '#core/schemas/count.ts';
import type { SourceAddress } from '#core/sources/list-units.ts';
import { partOrder } from '#core/sources/part-order.ts';
import { type Expectations, expectations } from '#core/sparse/expectations.ts';
import { FORMATS } from '#core/sparse/formats/format-names.ts';
import { type SourceOptions, sourceOptions } from '#core/sparse/formats/source-options.ts';
import { ADDRESS, dryRun, fromUri, isPlaced, ONE_ADDRESS, SOURCE_URI } from './request-fields.ts';
import { limits } from './request-limits.ts';

/** A chunk's content may not pass this: a Lambda sends about 67 GB in its 15 minutes. */
export const MAX_CHUNK_BYTES = 20 * 1024 ** 3;

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
    readonly spec: MatrixOutputSpec;
  };
  readonly chunking: Chunking;
  /** Writers at once. */
  readonly concurrency: number;
  /** Most bytes that the run is expected to store. */
  readonly outputBytes: number;
  /** Dollars that writing it may be expected to cost. */
  readonly maxCostUsd?: number | undefined;
  /** Minutes that it may be expected to take. */
  readonly maxMinutes?: number | undefined;
  /** Plans and writes nothing. */
  readonly dryRun: boolean;
}

const NAMES = 'a list of texts, or the S3 URI of a JSON or text file with one name per line';

const WHOLE_TEXT = 'a text without half of a character (a lone surrogate)';

const columnNames = z.union(
  [
    z.string().check(z.regex(S3_URI, { error: NAMES })),
    z.array(z.string().check(z.refine((name) => name.isWellFormed(), { error: WHOLE_TEXT }))),
  ],
  { error: NAMES },
);

const OPTIONS = Object.keys(sourceOptions.shape)
  .map((name) => (name === 'format' ? `format (${FORMATS.join(', ')})` : name))
  .join(', ');

const source = z.pipe(
  fromUri,
  z
    .strictObject(
      {
        ...ADDRESS,
        order: z.optional(partOrder),
        columnNames: z.optional(columnNames),
        ...sourceOptions.shape,
      },
      {
        error: `${SOURCE_URI}, or an object with either uri or uris (a list of them, stacked by rows), and versionId (of one uri), order (of the parts of a folder), columnNames, ${OPTIONS}`,
      },
    )
    .check(...ONE_ADDRESS),
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
        ? `one of ${OUTPUT_KINDS.join(', ')}`
        : 'an object with uri, format and the fields of that format',
  })
  .check(isPlaced);

/** What a request may hold; every `error` says what is allowed. */
export const requestSchema = z.strictObject(
  {
    source,
    expect: z.optional(expectations),
    output,
    chunking: z.optional(chunking),
    limits: z.optional(limits),
    dryRun: z.optional(dryRun),
  },
  { error: 'an object such as { "source": "s3://bucket/matrix.npz" }' },
);

export type RequestBody = z.infer<typeof requestSchema>;
