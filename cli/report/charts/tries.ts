import { formatCount } from '#cli/frame/format-figures.ts';
import { TRY_OUTCOME } from '#cli/report/run-audit.ts';
import type { Timeline } from '#cli/report/timeline.ts';
import type { Artist } from './draw.ts';
import { timeAxis } from './time-axis.ts';

/** More bars than this are a bare diagonal, and many kilobytes. */
export const MOST_BARS = 3_000;

/** Classes of the tries, by their outcome. */
const CLASSES: Readonly<Record<number, string>> = {
  [TRY_OUTCOME.done]: 'done',
  [TRY_OUTCOME.skipped]: 'skipped',
  [TRY_OUTCOME.failed]: 'failed',
  [TRY_OUTCOME.unfinished]: 'killed',
};

/** Where a value is drawn, CSS pixels. */
type Scale = (value: number) => number;

/** One decimal is a tenth of a pixel. */
function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
  readonly barHeight: number;
}

/** One path for all tries of an outcome: an element for each would be ten times as long. */
function barsOf(timeline: Timeline, outcome: number, { x, y, barHeight }: Scales): string {
  const { tries } = timeline;
  const indices = tries.column('index');
  const starts = tries.column('start');
  const ends = tries.column('end');
  const bars: string[] = [];
  for (const [at, is] of tries.column('outcome').entries()) {
    if (is !== outcome) continue;
    const from = x(starts[at]!);
    const width = Math.max(x(ends[at]!) - from, 1);
    bars.push(
      `M${pixel(from)},${pixel(y(indices[at]!))}h${pixel(width)}v${barHeight}h-${pixel(width)}z`,
    );
  }
  return bars.join('');
}

/** First and last chunk that has tries. */
function chunkSpan({ tries }: Timeline): readonly [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const index of tries.column('index')) {
    first = Math.min(first, index);
    last = Math.max(last, index);
  }
  return [Math.min(first, last), last];
}

/** Draws a bar for each try: when it ran, and how it ended. */
export function tryBars(artist: Artist, timeline: Timeline): string {
  const { unit, options } = timeAxis(timeline.end);
  const [first, last] = chunkSpan(timeline);
  const count = last - first + 1;
  const height = Math.min(Math.max(count * 4, 120), 480) + 50;
  return artist.draw({
    height,
    x: options,
    y: { domain: [first, last + 1], reverse: true, label: 'chunk', tickFormat: formatCount },
    marks: Object.entries(CLASSES).map(([outcome, name]) => (_index, scales) => {
      const x = scales.x as Scale;
      const y = scales.y as Scale;
      const barHeight = Math.max(Number(pixel(((height - 50) / count) * 0.8)), 0.8);
      const at = { x: (seconds: number) => x(seconds / unit), y, barHeight };
      return artist.path(name, barsOf(timeline, Number(outcome), at));
    }),
  });
}

/** Cells of the heat map across and down; most of them are empty. */
const CELLS = { across: 90, down: 30 } as const;

/** Shades of its cells. */
const SHADES = 5;

/** Dots of tries that did not succeed at once; more hide each other. */
const MOST_DOTS = 600;

/** Tries in each cell of start and duration, row by row. */
function countCells({ tries, end }: Timeline, longest: number): Float64Array {
  const counts = new Float64Array(CELLS.across * CELLS.down);
  const starts = tries.column('start');
  for (const [at, ended] of tries.column('end').entries()) {
    const column = Math.min(Math.floor((starts[at]! / end) * CELLS.across), CELLS.across - 1);
    const share = (ended - starts[at]!) / longest;
    const row = Math.min(Math.floor(share * CELLS.down), CELLS.down - 1);
    counts[row * CELLS.across + column]! += 1;
  }
  return counts;
}

/** The cells of one shade: each is twice as full as those of the one before, or more. */
function shadePath(counts: Float64Array, shade: number, { x, y }: Scales, most: number): string {
  const width = (x(1) - x(0)) / CELLS.across;
  const height = (y(0) - y(1)) / CELLS.down;
  const cells: string[] = [];
  for (const [at, count] of counts.entries()) {
    if (count === 0) continue;
    const level = Math.floor((Math.log(count) / Math.log(most + 1)) * SHADES);
    if (level !== shade) continue;
    const left = x(0) + (at % CELLS.across) * width;
    const top = y(0) - (Math.floor(at / CELLS.across) + 1) * height;
    cells.push(`M${pixel(left)},${pixel(top)}h${pixel(width)}v${pixel(height)}h-${pixel(width)}z`);
  }
  return cells.join('');
}

/** Dots of tries that were failed or killed, as small squares. */
function dotsPath({ tries, end }: Timeline, { x, y }: Scales, longest: number): string {
  const starts = tries.column('start');
  const ends = tries.column('end');
  const dots: string[] = [];
  for (const [at, outcome] of tries.column('outcome').entries()) {
    if (outcome < TRY_OUTCOME.failed || dots.length >= MOST_DOTS) continue;
    const left = pixel(x(starts[at]! / end) - 2);
    const top = pixel(y((ends[at]! - starts[at]!) / longest) - 2);
    dots.push(`M${left},${top}h4v4h-4z`);
  }
  return dots.join('');
}

/** Draws how long tries took over when they began, where they are too many for a bar each. */
export function tryHeatMap(artist: Artist, timeline: Timeline): string {
  const { options } = timeAxis(timeline.end);
  const starts = timeline.tries.column('start');
  let longest = 0.001;
  for (const [at, end] of timeline.tries.column('end').entries()) {
    longest = Math.max(longest, end - starts[at]!);
  }
  const counts = countCells(timeline, longest);
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const [, xEnd] = options.domain;
  const shades = Array.from({ length: SHADES }, (_, shade) => shade);
  return artist.draw({
    height: 320,
    x: options,
    y: { domain: [0, longest], label: 'seconds that a try took' },
    marks: [...shades, undefined].map((shade) => (_index, scales) => {
      const x = scales.x as Scale;
      const y = scales.y as Scale;
      const at = {
        x: (share: number) => x(share * xEnd),
        y: (share: number) => y(share * longest),
        barHeight: 0,
      };
      if (shade === undefined) return artist.path('failed', dotsPath(timeline, at, longest));
      const opacity = (shade + 1) / SHADES;
      return artist.path('done', shadePath(counts, shade, at, most), opacity);
    }),
  });
}
