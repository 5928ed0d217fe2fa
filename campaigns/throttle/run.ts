/** `npm run campaign -- throttle`: runs in accounts that allow few functions at once. */
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { type Outcome, simulateArrival } from './account-limit.ts';
import { renderedRetry } from './writer-retry.ts';

const LIMITS = [10, 50, 100, 250, 1_000] as const;

/** One large file, or as many chunks in twenty files that arrive together. */
const ARRIVALS = [
  { files: 1, chunksPerFile: 20_000 },
  { files: 20, chunksPerFile: 1_000 },
] as const;

const DEFAULT_SEEDS = 100;

const { seeds } = new Command('throttle')
  .option('--seeds <count>', 'seeds per limit', parseCount, DEFAULT_SEEDS)
  .parse(process.argv)
  .opts<{ readonly seeds: number }>();

function describe(outcomes: readonly Outcome[], chunks: number): string {
  const failed = outcomes.reduce((sum, { failedRuns }) => sum + failedRuns, 0);
  const tries = outcomes.reduce((sum, outcome) => sum + outcome.tries, 0) / outcomes.length;
  const mostTries = Math.max(...outcomes.map((outcome) => outcome.mostTries));
  const minutes = Math.max(...outcomes.map(({ seconds }) => seconds)) / 60;
  const perChunk = (tries / chunks).toFixed(1);
  return `${failed} failed, ${perChunk} tries a chunk, at most ${mostTries}, ${minutes.toFixed(0)} min`;
}

const retry = renderedRetry();
for (const arrival of ARRIVALS) {
  for (const limit of LIMITS) {
    const outcomes = Array.from({ length: seeds }, (_, seed) =>
      simulateArrival(retry, { ...arrival, limit, seed }),
    );
    const { files, chunksPerFile } = arrival;
    const what = `${limit} functions, ${files} x ${chunksPerFile} chunks, ${seeds} seeds`;
    process.stdout.write(`${what}: ${describe(outcomes, files * chunksPerFile)}\n`);
    if (outcomes.some(({ failedRuns }) => failedRuns > 0)) process.exitCode = 1;
  }
}
