import type { Goal, Measure } from '#bench/encode/goals.ts';
import { DUCKDB, PANDAS_DEFAULT, WRITER_GZIP, WRITER_PLAIN } from './peers.ts';
import { type PeerResult, rateOf } from './results.ts';

/** The matrix that the goals are set for. */
const MATRIX = 'counts 10k';

/**
 * How many times as fast as pandas by default, pandas at its best and DuckDB a deployed writer must
 * be. By default pandas 3.1 writes 0.2 to 0.5 MB/s; 1.5 was half as fast.
 */
const GOALS = [
  { name: 'writer, plain', way: WRITER_PLAIN, musts: [500, 20, 12], aimed: 1 },
  { name: 'writer, gzip', way: WRITER_GZIP, musts: [8000, 100, 70], aimed: 2 },
] as const;

/**
 * MB of text per second of the fastest of the named peers; undefined if all failed or none was
 * measured.
 */
function bestRate(results: readonly PeerResult[], isNamed: (peer: string) => boolean) {
  const rates = results.flatMap((result) =>
    result.matrix === MATRIX && isNamed(result.peer) && !('failure' in result)
      ? [rateOf(result)]
      : [],
  );
  return rates.length === 0 ? undefined : Math.max(...rates);
}

/**
 * Ratios of one deployed writer, fetch + encode + PUT, to peers that only encode, beside their
 * goals.
 */
export function writerGoals(results: readonly PeerResult[]): Measure[] {
  const peers = [
    [PANDAS_DEFAULT, bestRate(results, (peer) => peer === PANDAS_DEFAULT)],
    ['the fastest pandas', bestRate(results, (peer) => peer.startsWith('pandas'))],
    [DUCKDB, bestRate(results, (peer) => peer === DUCKDB)],
  ] as const;
  return GOALS.flatMap(({ name, way, musts, aimed }) => {
    const ours = bestRate(results, (peer) => peer === way);
    return peers.flatMap(([peer, rate], i) => {
      if (ours === undefined || rate === undefined) return [];
      const must = musts[i]!;
      const goal: Goal = { must, aim: must * aimed, better: 'higher' };
      return [{ data: name, measure: `÷ ${peer}`, value: ours / rate, goal }];
    });
  });
}
