import { ONE_VCPU_MIB, WRITER_MIB } from '#core/contract.ts';
import { type Cost, costOf } from '#core/cost/cost.ts';
import type { RunRecord } from './run-record.ts';

/**
 * What one try takes beside its bytes, as the estimate of a run counts it: its states, its writes
 * to the ledger, the layout and the slices of the source, its lines of log.
 * @see bench/cost/run.ts
 */
const PER_TRY = { transitions: 2, ledgerWrites: 4, gets: 8, logBytes: 2_000 } as const;

/** What the writers of a run used. */
export interface UsedCost {
  /** Dollars by service. */
  readonly cost: Cost;
  /** Memory of the writers, MiB; what they have by default. */
  readonly memoryMiB: number;
  /** Of all tries whose end is recorded, together. */
  readonly functionSeconds: number;
}

/** What the tries of a run cost at list prices: by their seconds, and by requests as estimated. */
export function usedCost({ audit, kind }: RunRecord): UsedCost {
  const memoryMiB = kind === 'table' ? ONE_VCPU_MIB : WRITER_MIB.least;
  const finishes = audit.tries.column('finished');
  let functionSeconds = 0;
  for (const [at, started] of audit.tries.column('started').entries()) {
    const seconds = (finishes[at]! - started) / 1000;
    if (seconds > 0) functionSeconds += seconds;
  }
  const { length: tries } = audit.tries;
  const { length: chunks } = audit.chunks;
  const cost = costOf({
    puts: chunks,
    gets: tries * PER_TRY.gets,
    lists: Math.ceil(chunks / 1_000),
    ledgerWrites: tries * PER_TRY.ledgerWrites,
    ledgerReads: chunks,
    transitions: tries * PER_TRY.transitions,
    invocations: tries,
    lambdaGbSeconds: (functionSeconds * memoryMiB) / 1024,
    logBytes: tries * PER_TRY.logBytes,
  });
  return { cost, memoryMiB, functionSeconds };
}
