import { billedSize, dollars } from './cost-text.ts';
import { type ExpectedRun, estimateRun } from './estimate-run.ts';
import { PRICES } from './prices.ts';

/** A round number somewhat above the expected bytes. */
function roomFor(expected: number): number {
  const unit = 10 ** Math.max(Math.floor(Math.log10(expected)) - 1, 0);
  return Math.ceil((expected * 1.05) / unit) * unit;
}

/**
 * Why a run is refused that would store more than its request allows: the expected bytes, what they
 * cost, and the line that allows them.
 */
export function ceilingSentence(run: ExpectedRun, allowed: number): string {
  const { write, keep } = estimateRun(run);
  const expected = run.outputBytes;
  return `the output would be about ${billedSize(expected)}, allowed are ${billedSize(allowed)} (limits.outputBytes): writing it costs about ${dollars(write.total)} and keeping it ${dollars(keep)} a month (list prices of ${PRICES.region}, ${PRICES.date}); if that is meant, start it with "limits": { "outputBytes": ${roomFor(expected)} }`;
}
