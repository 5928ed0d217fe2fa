import * as z from 'zod/mini';
import type { PlanDecision } from '#core/contract.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import type { CountedKeys } from '#core/tables/run/counted-keys.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import type { TableFacts } from '#core/tables/run/table-facts.ts';
import type { SmallerType } from '#core/tables/schema/smaller-type.ts';
import type { OutputLocation } from './run-fields.ts';
import { type RunHeader, runHeader } from './run-header.ts';

/** One object of a bucket. */
interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** What the plan of a matrix promises; the dry run returns it. */
export interface PlanSummary {
  readonly rows: number;
  readonly chunks: number;
  /** Bounds of the content of all chunks, bytes. */
  readonly minTextBytes: number;
  readonly maxTextBytes: number;
  readonly facts: MatrixFacts;
  /** URIs of the first and the last parts of the source, in row order. */
  readonly parts: readonly string[];
  /** What will work, but not as well as it could; one sentence each. */
  readonly warnings: readonly string[];
}

/** What the plan of a table promises; the dry run returns it. */
export interface TablePlanSummary {
  readonly chunks: number;
  readonly facts: TableFacts;
  /** Of all files together, by the ratio of the sample. */
  readonly predictedBytes: number;
  /** Rows of all files, by the sample. */
  readonly predictedRows: number;
  /** Bytes of the smallest and of the largest file. */
  readonly predictedFileBytes: { readonly min: number; readonly max: number };
  /** Of a partitioned table, by the sample. */
  readonly partitions?: number;
  /**
   * Of a partitioned table: mappers of its shuffle, and the pieces that writers read; before it is
   * done, at most. None where its partitions lie in the keys of the source.
   */
  readonly shuffle?: { readonly mappers: number; readonly reads: number } | undefined;
  /** Of a table of a database. */
  readonly keys?: CountedKeys;
  readonly seconds: number;
  /** US dollars at list prices, to write it and to keep it for a month. */
  readonly dollars: { readonly write: number; readonly keep: number };
  /** Of Parquet, at most a hundred. What was not in the sample may be larger. */
  readonly smallerTypes: readonly SmallerType[];
  /**
   * Of a dry run: at most a hundred columns of a transform, and what it makes of the first three
   * sampled rows, as texts of at most 40 characters.
   */
  readonly transformed?: ShownRows;
  /** What will work, but not as well as it could; one sentence each. */
  readonly warnings: readonly string[];
}

/** What lies in an inbox of which nothing is due yet. */
export interface InboxWaits {
  readonly objects: number;
  readonly bytes: number;
  /** When the first of them came; null where there is none. */
  readonly oldest: string | null;
  /** Some of the objects that cannot be taken in, and why. */
  readonly setAside: readonly { readonly uri: string; readonly problem: string }[];
}

/** Output of the Plan step; the Choice state after it branches on `decision`. */
export type PlanResult =
  | {
      /** The request is of a table: PlanTable goes on, or PlanDatabase if it is of a database. */
      readonly decision: Extract<PlanDecision, 'table' | 'database'>;
    }
  | {
      readonly decision: Extract<PlanDecision, 'waiting'>;
      readonly waiting: InboxWaits;
    }
  | {
      readonly decision: Extract<PlanDecision, 'complete'>;
      readonly runId: string;
      /** S3 URI of the manifest that is there already. */
      readonly manifest: string;
    }
  | {
      readonly decision: Extract<PlanDecision, 'dry-run'>;
      readonly runId: string;
      readonly location: OutputLocation;
      /** Null when the source has to be staged before its rows can be counted. */
      readonly summary: PlanSummary | TablePlanSummary | null;
    }
  | {
      readonly decision: Extract<PlanDecision, 'stage'>;
      /** Of which wing the source is: Plan or PlanTable goes on after the round. */
      readonly wing: 'matrix' | 'table';
      readonly runId: string;
      /** The JSONL object that the Distributed Map of the Stage step reads its jobs from. */
      readonly plan: ObjectAddress;
      /** Key of the JSONL object that binds the step that goes on; null if nothing does. */
      readonly pins: string | null;
      readonly resultsPrefix: string;
      readonly concurrency: number;
      readonly jobs: number;
    }
  | {
      /** The rows of a partitioned table have to be scattered: then PlanTable goes on. */
      readonly decision: Extract<PlanDecision, 'scatter'>;
      readonly runId: string;
      /** The JSONL object that the Distributed Map of the mappers reads its jobs from. */
      readonly plan: ObjectAddress;
      readonly pins: string;
      readonly resultsPrefix: string;
      readonly concurrency: number;
      readonly jobs: number;
    }
  | {
      readonly decision: Extract<PlanDecision, 'write' | 'load'>;
      readonly run: RunHeader;
      /** The JSONL object that the Distributed Map reads its items from. */
      readonly plan: ObjectAddress;
      /** Where its ResultWriter writes, without a slash at the end. */
      readonly resultsPrefix: string;
      readonly concurrency: number;
      readonly summary: PlanSummary | TablePlanSummary;
    };

const planInput = z.object({
  request: z.unknown(),
  pins: z.optional(z.nullable(z.string())),
  execution: z.object({ id: z.string() }),
});

/** Input of Finalize. */
const finalizeInput = z.object({ run: runHeader });

/** Input of the steps that plan: the execution's input, untouched, and the execution's name. */
export interface PlanInput {
  readonly request: unknown;
  /** Key of what the round before was bound to; none in the first round. */
  readonly pins?: string | null | undefined;
  readonly executionId: string;
}

export type FinalizeInput = Readonly<z.infer<typeof finalizeInput>>;

/** @throws {RequestError} the input is not what the workflow hands to Plan. */
export function parsePlanInput(input: unknown): PlanInput {
  const { request, pins, execution } = parseInput(planInput, 'Plan', input);
  return { request, pins, executionId: execution.id };
}

/** @throws {RequestError} the input is not what the workflow hands to Finalize. */
export function parseFinalizeInput(input: unknown): FinalizeInput {
  return parseInput(finalizeInput, 'Finalize', input);
}
