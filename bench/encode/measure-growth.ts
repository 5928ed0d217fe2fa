import { EncodeWays } from '#support/encode-ways.ts';
import { textLikeSlice } from '#support/text-like-slice.ts';
import { type Goal, type Measure, ratioMeasure } from './goals.ts';
import { median, speedRatio, timeInTurn } from './measure.ts';

const ENTRIES_PER_ROW = 60;
const ROWS = 4000;
const REPETITIONS = 41;

const FLAT: Goal = { must: 1.5, aim: 1, better: 'lower' };

function waysFor(columns: number, rows: number): EncodeWays {
  const options = { rows, columns, entriesPerRow: ENTRIES_PER_ROW, values: 'counts' } as const;
  return new EncodeWays(textLikeSlice(options), columns);
}

/** How the time of gzip grows with the columns, at the same number of entries. */
export function measureColumnGrowth(): Measure[] {
  const columns = [1000, 10_000, 50_000, 200_000] as const;
  const [k1, k10, k50, k200] = columns.map((count) => waysFor(count, ROWS));
  const times = timeInTurn(
    {
      k1: () => void k1!.gzip(),
      k10: () => void k10!.gzip(),
      k50: () => void k50!.gzip(),
      k200: () => void k200!.gzip(),
    },
    REPETITIONS,
  );
  const ratio = (name: string, slow: keyof typeof times, goal?: Goal) =>
    ratioMeasure('same entries', `gzip time, ${name}`, speedRatio(times[slow], times.k10), goal);
  return [
    ratio('1,000 ÷ 10,000 columns', 'k1'),
    ratio('50,000 ÷ 10,000 columns', 'k50', FLAT),
    ratio('200,000 ÷ 10,000 columns', 'k200'),
  ];
}

/** How the time of gzip grows with the rows: eight times as many in eight times the time. */
export function measureRowGrowth(): Measure[] {
  const few = waysFor(10_000, 1000);
  const many = waysFor(10_000, 8000);
  const times = timeInTurn(
    { few: () => void few.gzip(), many: () => void many.gzip() },
    REPETITIONS,
  );
  const value = median(times.many) / median(times.few) / 8;
  return [{ data: 'same columns', measure: 'gzip time a row, 8,000 ÷ 1,000 rows', value }];
}
