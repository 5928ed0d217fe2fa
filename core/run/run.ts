import * as z from 'zod/mini';
import type { ChunkTask, PlanDecision } from '#core/contract.ts';
import { DTYPES } from '#core/elements/dtype.ts';
import { type SourcePin, sourcePin } from '#core/objects/source-pin.ts';
import { COMPRESSIONS, type Compression } from '#core/outputs/compression.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import type { MatrixInfo } from '#core/sparse/csr.ts';
import { FORMATS, type SourceFormat } from '#core/sparse/layout/matrix-layout.ts';
import { parseInput } from './parse-input.ts';

/** Where the objects of a run lie. */
export interface OutputLocation {
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
}

/** What a run's chunks and rows come after: the generations of the set that were there before it. */
export interface RunBase {
  /** Number of the latest of them; 0 when there was none. */
  readonly generation: number;
  readonly chunks: number;
  readonly rows: number;
}

/** The base of a run that begins a set. */
export const EMPTY_BASE: RunBase = { generation: 0, chunks: 0, rows: 0 };

/** Which generation of its output a run is, from 1. */
export function generationOf({ base }: { readonly base: RunBase }): number {
  return base.generation + 1;
}

/** What every step of a run knows: about 1 KB, handed to each child with its row range. */
export interface RunHeader {
  readonly runId: string;
  readonly source: SourcePin;
  /** What is known of the matrix; where its arrays lie, the object at `layoutKey` says. */
  readonly matrix: MatrixInfo & { readonly format: SourceFormat };
  readonly output: OutputLocation;
  readonly base: RunBase;
  readonly dialect: CsvDialect;
  readonly compression: Compression;
  /** Chunks of the plan. */
  readonly chunks: number;
}

/** One object of a bucket. */
interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** What a plan promises, for people and for the dry run. */
export interface PlanSummary {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  readonly dtype: string;
  readonly chunks: number;
  /** Bounds of the text of all chunks, bytes. */
  readonly minTextBytes: number;
  readonly maxTextBytes: number;
}

/** Output of the Plan step; the Choice state after it goes by `decision`. */
export type PlanResult =
  | {
      readonly decision: Extract<PlanDecision, 'complete'>;
      readonly runId: string;
      /** S3 URI of the manifest that is there already. */
      readonly manifest: string;
    }
  | {
      readonly decision: Extract<PlanDecision, 'dry-run'>;
      readonly runId: string;
      readonly output: OutputLocation;
      /** Null when the source has to be staged before its rows can be counted. */
      readonly summary: PlanSummary | null;
    }
  | {
      readonly decision: Extract<PlanDecision, 'stage'>;
      readonly runId: string;
      /** The JSONL object that the Distributed Map of the Stage step reads its jobs from. */
      readonly plan: ObjectAddress;
      readonly resultsPrefix: string;
      readonly concurrency: number;
      readonly jobs: number;
    }
  | {
      readonly decision: Extract<PlanDecision, 'write'>;
      readonly run: RunHeader;
      /** The JSONL object that the Distributed Map reads its items from. */
      readonly plan: ObjectAddress;
      /** Where its ResultWriter writes, without a slash at the end. */
      readonly resultsPrefix: string;
      readonly concurrency: number;
      readonly summary: PlanSummary;
    };

/** Input of the Plan step: the execution's input, untouched, and the execution's name. */
export interface PlanInput {
  readonly request: unknown;
  readonly executionId: string;
}

/** Input of one writer. */
export interface WriteInput {
  readonly run: RunHeader;
  readonly chunk: ChunkTask;
}

/** Input of Finalize. */
export interface FinalizeInput {
  readonly run: RunHeader;
}

const count = z.int().check(z.nonnegative());

const runHeader = z.strictObject({
  runId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  source: sourcePin,
  matrix: z.strictObject({
    format: z.enum(FORMATS),
    shape: z.readonly(z.tuple([count, count])),
    dtype: z.enum(DTYPES),
    nnz: count,
    fillValue: z.optional(z.literal('NaN')),
  }),
  output: z.strictObject({ bucket: z.string(), prefix: z.string().check(z.regex(/\/$/)) }),
  base: z.strictObject({ generation: count, chunks: count, rows: count }),
  dialect: z.strictObject({
    profile: z.enum(['typed', 'zero0', 'empty']),
    delimiter: z.string().check(z.length(1)),
    naRep: z.string(),
    header: z.enum(['none', 'first-chunk']),
  }),
  compression: z.enum(COMPRESSIONS),
  chunks: count,
});

const chunkTask = z.strictObject({ index: count, rowStart: count, rowEnd: count });

const planInput = z.object({
  request: z.unknown(),
  execution: z.object({ id: z.string() }),
});

const writeInput = z.object({ run: runHeader, chunk: chunkTask });

const finalizeInput = z.object({ run: runHeader });

/** @throws {RequestError} the input is not what the workflow hands to Plan. */
export function parsePlanInput(input: unknown): PlanInput {
  const { request, execution } = parseInput(planInput, 'Plan', input);
  return { request, executionId: execution.id };
}

/** @throws {RequestError} the input is not what the workflow hands to a writer. */
export function parseWriteInput(input: unknown): WriteInput {
  return parseInput(writeInput, 'Write', input);
}

/** @throws {RequestError} the input is not what the workflow hands to Finalize. */
export function parseFinalizeInput(input: unknown): FinalizeInput {
  return parseInput(finalizeInput, 'Finalize', input);
}

/** One line of a plan as text. */
export function planLine({ index, rowStart, rowEnd }: ChunkTask): string {
  return `${JSON.stringify({ index, rowStart, rowEnd })}\n`;
}

/** @throws {RequestError} the line is not one that {@link planLine} made. */
export function parsePlanLine(line: string): ChunkTask {
  return parseInput(chunkTask, 'the plan', JSON.parse(line));
}
