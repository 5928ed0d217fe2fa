/**
 * One job of a Stage round, done by one Lambda function. Everything else follows from the source and from
 * what is staged already, so a lost job is simply done again.
 */
export interface StageJob {
  /** Names the round within its format: `index`, `scan`, `scatter`, `gather`, … */
  readonly round: string;
  /** Zero-based within the round. */
  readonly task: number;
}
