import * as z from 'zod/mini';
import { sourcePin } from '#core/objects/source-pin.ts';
import { FORMATS } from '#core/sparse/layout/matrix-layout.ts';
import { parseInput } from './parse-input.ts';

const count = z.int().check(z.nonnegative());

const stageTask = z.strictObject({
  unit: z.strictObject({ uri: z.string(), objects: z.array(sourcePin).check(z.minLength(1)) }),
  job: z.strictObject({ round: z.string(), task: count }),
  options: z.strictObject({
    format: z.optional(z.enum(FORMATS)),
    layer: z.optional(z.string()),
    zeroBased: z.optional(z.boolean()),
    labels: z.optional(z.boolean()),
    columns: z.optional(count),
  }),
});

/** Input of one Stage function: one line of `jobs.jsonl`. */
export type StageTask = z.infer<typeof stageTask>;

/** @throws {RequestError} the input is not what the workflow hands to Stage. */
export function parseStageTask(input: unknown): StageTask {
  return parseInput(stageTask, 'Stage', input);
}
