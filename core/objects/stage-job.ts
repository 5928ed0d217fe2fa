/**
 * One job of a Stage round, done by one invocation of the Stage function. Everything else that the
 * job needs is in the source and in what is staged already, so a lost job can be repeated.
 */
export interface StageJob {
  /** Name of the round within its format: `index`, `scan`, `scatter`, `gather`, … */
  readonly round: string;
  /** Number of the job in the round, from 0. */
  readonly task: number;
}
