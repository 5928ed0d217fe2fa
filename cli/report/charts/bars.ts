import { formatCount } from '#cli/frame/format-figures.ts';
import type { Bar } from '#cli/report/series.ts';
import type { Artist } from './draw.ts';

/** A histogram, and how its values are shown. */
interface Histogram {
  readonly bars: readonly Bar[];
  /** What the values are. */
  readonly label: string;
  readonly format: (value: number) => string;
  /** What is counted. */
  readonly counted: string;
}

/** A count has no fractions. */
function whole(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : '';
}

/** Draws a histogram; its values begin at 0. */
export function barChart(artist: Artist, { bars, label, format, counted }: Histogram): string {
  const { plot } = artist;
  return artist.draw({
    height: 180,
    x: { domain: [0, bars.at(-1)?.to ?? 1], label, tickFormat: format, ticks: 6 },
    y: { label: counted, grid: true, ticks: 4, tickFormat: whole, nice: true },
    marks: [
      plot.rectY(
        bars.filter(({ count }) => count > 0),
        { x1: 'from', x2: 'to', y: 'count', inset: 0.5, fill: 'var(--done)' },
      ),
      plot.ruleY([0]),
    ],
  });
}
