import * as z from 'zod/mini';
import { TABLE_PLACE } from '#core/outputs/output-place.ts';
import { isNotAppended, NOT_SINGLE_TABLE, SINGLE } from '#core/outputs/single-object.ts';
import { PARQUET_COMPRESSIONS, TEXT_COMPRESSIONS } from '#core/outputs/table/table-spec.ts';
import { count, wholeNumber } from '#core/schemas/count.ts';
import { COMPANIONS } from '#core/tables/companions/companion-names.ts';
import { loadSection } from '#core/tables/postgres/load-section.ts';
import { postgresSection } from '#core/tables/postgres/source-section.ts';
import { columnsSection } from '#core/tables/schema/columns-section.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { transformSection } from '#core/tables/schema/transform-section.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { inboxSection } from './inbox-section.ts';
import {
  ADDRESS,
  dryRun,
  fromUri,
  isPlaced,
  isSound,
  ONE_VERSION,
  SOURCE_URI,
} from './request-fields.ts';
import { limits } from './request-limits.ts';

/** Bytes of a file where a request does not say: 200 MB to 1 GB are good for every engine. */
const TARGET_FILE_BYTES = 512 * 1024 ** 2;

/** Smaller files cost more requests than they save; a file is one PUT. */
const FILE_BYTES = { least: 16 * 1024 ** 2, most: 5 * 1024 ** 3 } as const;

/** Row groups of this size are read by every engine, and bound what the writer holds. */
const ROW_GROUP_BYTES = { least: 1024 ** 2, usual: 128 * 1024 ** 2, most: 1024 ** 3 } as const;

const MAX_FILES = 100_000;

/** Each is a level of folders. */
const MAX_KEY_COLUMNS = 8;

const FORMATS = "'csv', 'jsonl' or 'parquet'";
const flag = z.boolean({ error: 'true or false' });

/** Fields of a source of which it has one. */
const PLACES = ['uri', 'uris', 'inbox', 'postgres'] as const;

const source = z.pipe(
  fromUri,
  z
    .strictObject(
      {
        ...ADDRESS,
        inbox: z.optional(inboxSection),
        postgres: z.optional(postgresSection),
        format: z.optional(z.enum(['csv', 'jsonl', 'parquet'], { error: FORMATS })),
        compression: z.optional(
          z.enum(TEXT_COMPRESSIONS, { error: "'none', 'gzip' or 'zstd', of the texts" }),
        ),
        csv: z._default(csvFormatSection, csvFormatSection.parse({})),
        byName: z.optional(flag),
      },
      {
        error: `${SOURCE_URI}, or an object with either uri or uris (a list of them, one after the other) or inbox or postgres, and versionId (of one uri), format (${FORMATS}), compression, csv, byName`,
      },
    )
    .check(
      z.refine((given) => PLACES.filter((place) => given[place] !== undefined).length === 1, {
        when: isSound,
        error: 'an object with one of uri, uris, inbox and postgres',
      }),
      z.refine(({ versionId, inbox }) => versionId === undefined || inbox === undefined, {
        when: isSound,
        error: 'an object with either versionId or inbox, whose objects have versions of their own',
      }),
      ONE_VERSION,
    ),
);

const COMPANIONS_ERROR = `a list of ${COMPANIONS.map((name) => `'${name}'`).join(', ')}`;

const KEY_COLUMNS = `a list of 1 to ${MAX_KEY_COLUMNS} names of columns, each once`;

const keyColumns = z.array(z.string({ error: KEY_COLUMNS }), { error: KEY_COLUMNS }).check(
  z.minLength(1, { error: KEY_COLUMNS }),
  z.maxLength(MAX_KEY_COLUMNS, { error: KEY_COLUMNS }),
  z.refine((names) => new Set(names).size === names.length, { error: KEY_COLUMNS }),
);

const FIELDS = {
  ...TABLE_PLACE,
  targetFileBytes: z.optional(wholeNumber(FILE_BYTES.least, FILE_BYTES.most)),
  files: z.optional(wholeNumber(1, MAX_FILES)),
  partitionBy: z.optional(keyColumns),
  companions: z.optional(
    z.array(z.enum(COMPANIONS, { error: COMPANIONS_ERROR }), { error: COMPANIONS_ERROR }),
  ),
};

const parquet = z.strictObject(
  { rowGroupBytes: z.optional(wholeNumber(ROW_GROUP_BYTES.least, ROW_GROUP_BYTES.most)) },
  { error: 'an object with rowGroupBytes' },
);

const DELIMITER = 'one ASCII character that is not a quote, letter, digit, sign, dot or line break';

const csv = z.strictObject(
  {
    header: z.optional(flag),
    delimiter: z.optional(
      z
        .string({ error: DELIMITER })
        .check(z.regex(/^[^\0\n\r"'+.0-9A-Za-z\u0080-\uffff-]$/, { error: DELIMITER })),
    ),
  },
  { error: 'an object with header and delimiter' },
);

const textCompression = z.optional(
  z.enum(TEXT_COMPRESSIONS, { error: "'none', 'gzip' or 'zstd'" }),
);

/** The `output` section of a table, by its format, with what its spec holds of the files. */
const output = z
  .discriminatedUnion(
    'format',
    [
      z.strictObject({
        ...FIELDS,
        ...NOT_SINGLE_TABLE,
        format: z.literal('parquet'),
        compression: z.optional(
          z.enum(PARQUET_COMPRESSIONS, { error: "'zstd', 'snappy', 'gzip' or 'none'" }),
        ),
        parquet: z.optional(parquet),
      }),
      z.strictObject({
        ...FIELDS,
        ...SINGLE,
        format: z.literal('csv'),
        compression: textCompression,
        csv: z.optional(csv),
      }),
      z.strictObject({
        ...FIELDS,
        ...NOT_SINGLE_TABLE,
        format: z.literal('jsonl'),
        compression: textCompression,
      }),
      z.strictObject({
        ...FIELDS,
        ...NOT_SINGLE_TABLE,
        format: z.literal('postgres'),
        postgres: loadSection,
      }),
    ],
    {
      error: ({ code }) =>
        code === 'invalid_union'
          ? "'parquet', 'csv', 'jsonl' or 'postgres'"
          : 'an object with uri, mode, format, compression, targetFileBytes or files, partitionBy, companions',
    },
  )
  .check(
    isPlaced,
    isNotAppended,
    z.refine(({ targetFileBytes, files }) => targetFileBytes === undefined || files === undefined, {
      error: 'given either targetFileBytes or files, not both',
    }),
    z.refine(({ partitionBy: columns, files }) => columns === undefined || files === undefined, {
      when: isSound,
      error: 'given either partitionBy or files: how many there are follows from the partitions',
    }),
  );

const chunking = z.strictObject(
  {
    rows: z.optional(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    keysWhole: z.optional(keyColumns),
  },
  { error: 'an object with rows, or keysWhole' },
);

const requestFields = z.strictObject(
  {
    source,
    schema: z.optional(tableSchema),
    columns: z.optional(columnsSection),
    transform: z.optional(transformSection),
    onBadRow: z.optional(z.enum(['fail', 'reject'], { error: "'fail' or 'reject'" })),
    expect: z.optional(
      z.strictObject(
        { rows: z.optional(count), columns: z.optional(count) },
        { error: 'an object with rows and columns' },
      ),
    ),
    output,
    chunking: z.optional(chunking),
    limits: z.optional(limits),
    dryRun: z.optional(dryRun),
  },
  { error: 'an object such as { "source": "s3://bucket/table.parquet" }' },
);

/** What a request of a table may hold; every `error` says what is allowed. */
export const tableRequestSchema = requestFields.check(
  z.refine(
    ({ chunking: { rows } = {}, output: { partitionBy: columns } }) =>
      rows === undefined || columns === undefined,
    {
      error: 'given without output.partitionBy, whose files are as large as output.targetFileBytes',
      path: ['chunking'],
    },
  ),
  z.refine(
    ({ chunking: { rows } = {}, output: { targetFileBytes, files } }) =>
      rows === undefined || (targetFileBytes === undefined && files === undefined),
    {
      error: 'given without output.targetFileBytes and output.files, which say another size',
      path: ['chunking'],
    },
  ),
);

export type TableRequestBody = z.infer<typeof tableRequestSchema>;

/** What a request that is silent means. */
export const TABLE_DEFAULTS = {
  targetFileBytes: TARGET_FILE_BYTES,
  rowGroupBytes: ROW_GROUP_BYTES.usual,
  /** One transaction of a database: seconds, which a lost connection costs again. */
  targetLoadBytes: 128 * 1024 ** 2,
} as const;
