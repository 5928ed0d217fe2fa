import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';

/**
 * One job of a Stage round, done by one Lambda function. Everything else follows from the source and
 * from what is staged already, so a lost job is simply done again.
 */
export const stageJob = z.strictObject({
  /** Names the round within its format: `index`, `scan`, `scatter`, `gather`, … */
  round: z.string(),
  /** Zero-based within the round. */
  index: count,
});

export type StageJob = Readonly<z.infer<typeof stageJob>>;
