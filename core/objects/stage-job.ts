import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';

/**
 * One job of a Stage round, done by one invocation of the Stage function. Everything else that the
 * job needs is in the source and in what is staged already, so a lost job can be repeated.
 */
export const stageJob = z.strictObject({
  /** Name of the round within its format: `index`, `scan`, `scatter`, `gather`, … */
  round: z.string(),
  /** Number of the job in the round, from 0. */
  index: count,
  /**
   * Number of the part of a seek index, from 1, from which a job of round `index` goes on; absent
   * if it begins at the start.
   */
  part: z.optional(count),
});

export type StageJob = Readonly<z.infer<typeof stageJob>>;
