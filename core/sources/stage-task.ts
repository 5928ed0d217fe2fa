import * as z from 'zod/mini';
import { sourceUnit } from '#core/objects/source-unit.ts';
import { stageJob } from '#core/objects/stage-job.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import { sourceOptions } from '#core/sparse/formats/source-options.ts';
import { type TextTask, textTask } from '#core/tables/run/text-indexes.ts';

/** A job, and the unit of the source that it needs. */
const unitTask = z.strictObject({ unit: sourceUnit, job: stageJob, options: sourceOptions });

/** Input of one Stage function, a line of `jobs.jsonl`: of a unit, or of a text of a table. */
export type StageTask = Readonly<z.infer<typeof unitTask>> | TextTask;

/** @throws {RequestError} the input is not what the workflow hands to Stage. */
export function parseStageTask(input: unknown): StageTask {
  const isText = typeof input === 'object' && input !== null && 'text' in input;
  return isText ? parseInput(textTask, 'Stage', input) : parseInput(unitTask, 'Stage', input);
}
