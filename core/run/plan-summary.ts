import * as z from 'zod/mini';
import { BINDING_LIMITS } from '#core/cost/binding-limit.ts';
import { count } from '#core/schemas/count.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';
import { tableFacts } from '#core/tables/run/table-facts.ts';

const amount = z.number().check(z.nonnegative());

const bytes = z.strictObject({ bytes: count });

/** Dollars by service. */
const usd = z.strictObject({
  total: amount,
  ...{ lambda: amount, s3: amount, stepFunctions: amount, dynamoDb: amount, logs: amount },
});

/** Nine of ten runs lie between the first and the last. */
const seconds = z.strictObject({ p5: amount, p50: amount, p95: amount });

const requests = z.strictObject({
  /** PUT, POST and COPY to S3. */
  puts: count,
  /** GET and HEAD. */
  gets: count,
  lists: count,
  /** Of DynamoDB. */
  ledgerWrites: count,
  ledgerReads: count,
  stateTransitions: count,
  /** Invocations of functions. */
  invocations: count,
});

/** What a plan of either wing promises. Only `seconds` and the money are not exact on purpose. */
const promised = {
  rows: count,
  /** Chunks, or files of a table. */
  chunks: count,
  /** Content of all chunks, uncompressed; of Parquet and other binary kinds, as it is stored. */
  text: bytes,
  /** All chunks as they are stored. */
  stored: bytes,
  /** The smallest and the largest chunk as they are stored, as expected. */
  chunkBytes: z.strictObject({ min: count, max: count }),
  /** To write it, once, without tax and free tiers. */
  usd,
  storageUsdPerMonth: amount,
  /** From the start of the execution to its end, on AWS. */
  seconds,
  requests,
  lambda: z.strictObject({
    /** Of all functions. */
    gbSeconds: amount,
    /** Of a writer, MiB, and most bytes that its process is expected to take. */
    memoryMiB: count,
    peakBytes: count,
  }),
  /** What a run would be faster without. */
  binds: z.enum(BINDING_LIMITS),
  /** The Region whose list prices were taken, and the month in which they were read. */
  prices: z.strictObject({ region: z.string(), date: z.string() }),
  /** Of a source that must be staged first: jobs, dollars and seconds of it, which are counted. */
  staging: z.optional(z.strictObject({ jobs: count, usd: amount, seconds: amount, bytes: count })),
  /** Why the run would be refused for its limits. */
  refusal: z.optional(z.string()),
  /** What will work, but not as well as it could; one sentence each. */
  warnings: z.readonly(z.array(z.string())),
};

const matrixSummary = z.strictObject({
  ...promised,
  /** Bounds of the content of all chunks, bytes. */
  minTextBytes: count,
  maxTextBytes: count,
  facts: matrixFacts,
  /** URIs of the first and the last parts of the source, in row order. */
  parts: z.readonly(z.array(z.string())),
});

const columns = z.readonly(z.array(z.strictObject({ name: z.string(), type: z.string() })));
const values = z.readonly(z.array(z.nullable(z.string())));

const tableSummary = z.strictObject({
  ...promised,
  facts: tableFacts,
  /** Of a partitioned table, by the sample. */
  partitions: z.optional(count),
  /**
   * Of a table that is shuffled: mappers, and the pieces that writers read; before it is done, at
   * most. None where partitions lie in the keys of the source.
   */
  shuffle: z.optional(z.strictObject({ mappers: count, reads: count })),
  /** Of a table of a database, or whose keys are whole. */
  keys: z.optional(
    z.strictObject({
      columns,
      ...{ keys: count, rows: count },
      largest: z.optional(z.strictObject({ key: values, rows: count })),
    }),
  ),
  /** Of Parquet, at most a hundred. What was not in the sample may be larger. */
  smallerTypes: z.readonly(
    z.array(z.strictObject({ column: z.string(), type: z.string(), fits: z.string() })),
  ),
  /**
   * Of a dry run: at most a hundred columns of a transform, and what it makes of the first three
   * sampled rows, as texts of at most 40 characters.
   */
  transformed: z.optional(z.strictObject({ columns, firstRows: z.readonly(z.array(values)) })),
});

/** What a plan promises: `plan --json` prints it, and a dry run returns it as `summary`. */
export const planSummary = z.union([matrixSummary, tableSummary]);

export type MatrixPlanSummary = Readonly<z.infer<typeof matrixSummary>>;
export type TablePlanSummary = Readonly<z.infer<typeof tableSummary>>;
export type PlanSummary = MatrixPlanSummary | TablePlanSummary;
