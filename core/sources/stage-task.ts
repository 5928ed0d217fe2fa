import * as z from 'zod/mini';
import { sourceUnit } from '#core/objects/source-unit.ts';
import { stageJob } from '#core/objects/stage-job.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import { sourceOptions } from '#core/sparse/formats/source-options.ts';

/**
 * Input of one Stage function, a line of `jobs.jsonl`: a job, and the unit of the source that it
 * needs.
 */
const stageTask = z.strictObject({ unit: sourceUnit, job: stageJob, options: sourceOptions });

export type StageTask = Readonly<z.infer<typeof stageTask>>;

/** @throws {RequestError} the input is not what the workflow hands to Stage. */
export function parseStageTask(input: unknown): StageTask {
  return parseInput(stageTask, 'Stage', input);
}
