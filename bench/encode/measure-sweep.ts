import { gzipSync } from 'node:zlib';
import { EncodeWays } from '#support/encode-ways.ts';
import { textLikeSlice } from '#support/text-like-slice.ts';
import { digits } from './goals.ts';
import { median, speedRatio, timeInTurn } from './measure.ts';
import { assertSame, copyText } from './measure-case.ts';

const COLUMNS = [1000, 10_000, 50_000, 200_000];
const VALUES = ['counts', 'tf-idf'] as const;
const DENSITIES = [0.0001, 0.001, 0.01, 0.1];

/**
 * Text of each matrix, and how often each way is timed. With these the sweep takes at most two
 * minutes.
 */
const TEXT_BYTES = 16e6;
const REPETITIONS = 7;
const ZLIB_REPETITIONS = 3;

/** One matrix of the sweep, and what was measured on it. */
export interface SweepCell {
  readonly columns: number;
  readonly values: (typeof VALUES)[number];
  readonly density: number;
  readonly nnz: number;
  readonly plainGBps: number;
  readonly plainByCopy: number;
  readonly gzipGBps: number;
  readonly gzipNsPerEntry: number;
  readonly gzipByZlib1: number;
  readonly gzipSizeByGzip6: number;
}

type Shape = Pick<SweepCell, 'columns' | 'values' | 'density'>;

function measureShape({ columns, values, density }: Shape): SweepCell {
  const rows = Math.ceil(TEXT_BYTES / ((values === 'counts' ? 2 : 4 + 15 * density) * columns));
  const slice = textLikeSlice({ rows, columns, values, entriesPerRow: density * columns });
  const ways = new EncodeWays(slice, columns);
  const text = ways.text(ways.inPlace() + 1);
  assertSame(ways, text);
  const { plain, copy, direct } = timeInTurn(
    {
      plain: () => void ways.inPlace(),
      copy: () => copyText(ways.buffers, text),
      direct: () => void ways.gzip(),
    },
    REPETITIONS,
  );
  const slow = timeInTurn(
    { zlib1: () => void gzipSync(text, { level: 1 }), direct: () => void ways.gzip() },
    ZLIB_REPETITIONS,
  );
  return {
    ...{ columns, values, density, nnz: slice.nnz },
    plainGBps: text.length / median(plain) / 1e6,
    plainByCopy: speedRatio(copy, plain).median,
    gzipGBps: text.length / median(direct) / 1e6,
    gzipNsPerEntry: (median(direct) * 1e6) / Math.max(1, slice.nnz),
    gzipByZlib1: speedRatio(slow.zlib1, slow.direct).median,
    gzipSizeByGzip6: ways.gzip().length / gzipSync(text, { level: 6 }).length,
  };
}

const TITLES = [
  'columns',
  'values',
  'density',
  'entries',
  'plain GB/s',
  'plain ÷ copy',
  'gzip GB/s',
  'gzip ns an entry',
  'speed ÷ zlib −1',
  'size ÷ gzip −6',
];

/** The titles of the columns of `sweepLine`. */
export const SWEEP_TITLE = TITLES.join('  ');

/** A line of text. */
export function sweepLine(cell: SweepCell): string {
  const { columns, values, density, nnz, ...measured } = cell;
  const cells = [
    columns,
    values,
    `${100 * density} %`,
    nnz,
    ...Object.values(measured).map(digits),
  ];
  return cells.map((each, i) => String(each).padStart(TITLES[i]!.length)).join('  ');
}

/** Plain text and direct gzip of made-up matrices of every shape, one after the other. */
export function* measureSweep(): Generator<SweepCell> {
  for (const values of VALUES) {
    for (const columns of COLUMNS) {
      for (const density of DENSITIES) yield measureShape({ columns, values, density });
    }
  }
}
