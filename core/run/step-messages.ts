import * as z from 'zod/mini';
import type { PlanDecision } from '#core/contract.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import type { PlanSummary } from './plan-summary.ts';
import type { OutputLocation } from './run-fields.ts';
import { type RunHeader, runHeader } from './run-header.ts';

/** One object of a bucket. */
interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
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
      readonly summary: PlanSummary;
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
      readonly summary: PlanSummary;
    };

const planInput = z.object({
  request: z.unknown(),
  pins: z.optional(z.nullable(z.string())),
  execution: z.object({ id: z.string() }),
});

/** Input of Finalize. */
const finalizeInput = z.object({
  run: runHeader,
  /** None of a run that was redriven, or whose plan predicts nothing. */
  prediction: z.optional(
    z.nullable(
      z.object({
        /** From the first writer to the manifest. */
        seconds: z.number(),
        /** When the Map of the writers began, ISO 8601. */
        startedAt: z.string(),
      }),
    ),
  ),
});

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
