import * as z from 'zod/mini';
import { CorruptSourceError } from '#core/errors.ts';
import { tableSpec } from '#core/outputs/table/table-spec.ts';
import { count } from '#core/schemas/count.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import { tableChunk } from '#core/tables/run/table-chunk.ts';
import { tableLayout } from '#core/tables/run/table-layout.ts';
import { runId } from './run-fields.ts';

/** Input of one mapper: what it reads of the table of its run. Its index is the mapper's number. */
const scatterTask = z.strictObject({ runId, chunk: tableChunk });

export type ScatterTask = Readonly<z.infer<typeof scatterTask>>;

/** @throws {RequestError} the input is not what the workflow hands to a mapper. */
export function parseScatterTask(input: unknown): ScatterTask {
  return parseInput(scatterTask, 'ScatterTable', input);
}

/** What all mappers of a run share, and what the step that planned them goes on with. */
const scatterPlan = z.strictObject({
  layout: tableLayout,
  output: tableSpec,
  mappers: count,
  /** Bytes of all files, by the sample. */
  predictedBytes: count,
  /** Keys of the jobs of the mappers, and of what the step is bound to after them. */
  jobs: z.string(),
  pins: z.string(),
});

export type ScatterPlan = Readonly<z.infer<typeof scatterPlan>>;

/** @throws {CorruptSourceError} the text is not a plan as PlanTable writes it. */
export function parseScatterPlan(text: string, uri: string): ScatterPlan {
  const parsed = scatterPlan.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(`${uri} is damaged: ${issue?.path.join('.')}: ${issue?.message}`);
}
