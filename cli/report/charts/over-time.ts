import type { Step } from '#cli/report/series.ts';
import type { Artist } from './draw.ts';
import { timeAxis } from './time-axis.ts';

/** A series over the time of a run. */
interface Series {
  readonly steps: readonly Step[];
  /** Last second of the run. */
  readonly end: number;
  /** Of the other axis. */
  readonly label: string;
  readonly format: (value: number) => string;
}

/** Draws a series as an area of steps. */
export function overTime(artist: Artist, { steps, end, label, format }: Series): string {
  const { plot } = artist;
  const { unit, options } = timeAxis(end);
  const most = steps.reduce((max, { value }) => Math.max(max, value), 0);
  const drawn = [...steps, { seconds: end, value: steps.at(-1)?.value ?? 0 }];
  return artist.draw({
    x: options,
    y: { domain: [0, most || 1], label, tickFormat: format, grid: true, ticks: 5, nice: true },
    marks: [
      plot.areaY(drawn, {
        x: ({ seconds }: Step) => seconds / unit,
        y: 'value',
        curve: 'step-after',
        fill: 'var(--done)',
      }),
      plot.ruleY([0]),
    ],
  });
}
