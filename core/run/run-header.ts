import * as z from 'zod/mini';
import { sourcePin } from '#core/objects/source-pin.ts';
import { matrixSpec } from '#core/outputs/output-kinds.ts';
import { tableSpec } from '#core/outputs/table/table-spec.ts';
import { count, ordinal } from '#core/schemas/count.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';
import { tableFacts } from '#core/tables/run/table-facts.ts';

/** Where the objects of a run lie. */
const outputLocation = z.strictObject({
  bucket: z.string(),
  /** Ends with a slash. */
  prefix: z.string().check(z.regex(/\/$/)),
});

/** What a run's rows and chunks come after: the sums of the generations before it in its set. */
const runBase = z.strictObject({
  chunks: count,
  rows: count,
  /** The generation with which the set of chunks begins: the first one, or one that overwrote. */
  since: ordinal,
});

/** 32 hexadecimal digits. */
export const runId = z.string().check(z.regex(/^[0-9a-f]{32}$/));

const common = {
  runId,
  source: sourcePin,
  location: outputLocation,
  /** Which generation of its output the run writes, from 1. */
  generation: ordinal,
  base: runBase,
  /** Number of chunks in the plan. */
  chunks: count,
};

/** What every step of a run of a matrix knows; the object at `layoutKey` says where data lies. */
export const matrixRun = z.strictObject({ ...common, facts: matrixFacts, output: matrixSpec });

/** What every step of a run of a table knows; the object at `layoutKey` has its columns. */
export const tableRun = z.strictObject({
  ...common,
  facts: tableFacts,
  output: tableSpec,
  /** `expect.rows` of the request, which nobody can check before all rows are written. */
  expectedRows: z.optional(count),
});

/** What every step of a run knows: about 1 KB. Each child of the Map gets it with its range. */
export const runHeader = z.union([matrixRun, tableRun]);

export type MatrixRun = Readonly<z.infer<typeof matrixRun>>;
export type TableRun = Readonly<z.infer<typeof tableRun>>;
export type OutputLocation = Readonly<z.infer<typeof outputLocation>>;
export type RunBase = Readonly<z.infer<typeof runBase>>;
export type RunHeader = Readonly<z.infer<typeof runHeader>>;

/** Whether a run is of a table. */
export function isTableRun(run: RunHeader): run is TableRun {
  return run.facts.kind === 'table';
}

/** The base of a run that begins an output. */
export const EMPTY_BASE: RunBase = { chunks: 0, rows: 0, since: 1 };
