import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import type { SFNClient } from '#aws/clients/states.ts';
import type { PlannedFigures } from './run-record.ts';

/** Plan is the first task of an execution, so its answer is among the first events. */
const EVENTS = 200;

const number = z.optional(z.number());
const bytes = z.optional(z.object({ bytes: number }));

/** Of the answer of Plan what is shown; plans of before have less. */
const planAnswer = z.object({
  summary: z.object({
    ...{ chunks: number, rows: number, text: bytes, stored: bytes },
    usd: z.optional(z.record(z.string(), z.number())),
    seconds: z.optional(z.object({ p50: number })),
  }),
  run: z.optional(z.object({ chunks: number, facts: z.optional(z.object({ kind: z.string() })) })),
});

/** What a plan promised, and of which wing its run is. */
export interface PlanFigures extends PlannedFigures {
  readonly kind?: 'matrix' | 'table' | undefined;
}

function figuresOf({ summary, run }: z.infer<typeof planAnswer>): PlanFigures {
  const kind = run?.facts?.kind;
  return {
    ...(kind === 'matrix' || kind === 'table' ? { kind } : {}),
    chunks: run?.chunks ?? summary.chunks,
    rows: summary.rows,
    textBytes: summary.text?.bytes,
    storedBytes: summary.stored?.bytes,
    seconds: summary.seconds?.p50,
    usd: summary.usd,
  };
}

function answerIn(output: string | undefined): PlanFigures | undefined {
  if (output === undefined) return undefined;
  try {
    const { data } = planAnswer.safeParse(JSON.parse(output));
    return data && figuresOf(data);
  } catch {
    return undefined;
  }
}

/**
 * Finds in the history of an execution what Plan answered. Sends one request.
 *
 * @returns undefined where no plan was made, or where the history is gone after 90 days.
 */
export async function readPlanFigures(
  states: SFNClient,
  executionArn: string,
  signal: AbortSignal,
): Promise<PlanFigures | undefined> {
  const command = new GetExecutionHistoryCommand({ executionArn, maxResults: EVENTS });
  const { events = [] } = await states.send(command, { abortSignal: signal });
  const answers = events.map(({ stateExitedEventDetails: exit }) => answerIn(exit?.output));
  return answers.findLast((answer) => answer !== undefined);
}
