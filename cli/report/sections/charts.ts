import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import { html, Markup } from '#cli/html/markup.ts';
import { barChart } from '#cli/report/charts/bars.ts';
import type { Artist } from '#cli/report/charts/draw.ts';
import { overTime } from '#cli/report/charts/over-time.ts';
import { MOST_BARS, tryBars, tryHeatMap } from '#cli/report/charts/tries.ts';
import { tryDurations } from '#cli/report/run-figures.ts';
import type { RunRecord } from '#cli/report/run-record.ts';
import { histogram, textPerSecond, writersAtOnce } from '#cli/report/series.ts';
import type { Timeline } from '#cli/report/timeline.ts';

/** A chart with its name, for those who do not see it. */
function figure(title: string, caption: Markup | string, chart: string): Markup {
  const named = new Markup(chart.replace('<svg', `<svg role="img" aria-label="${title}"`));
  return html`<figure><h3>${title}</h3>${named}<figcaption>${caption}</figcaption></figure>`;
}

/** Bytes of content of a chunk, by its index. */
function contentOf({ audit: { chunks } }: RunRecord): (index: number) => number {
  const bytes = chunks.column('contentBytes');
  const places = new Map<number, number>();
  for (const [at, index] of chunks.column('index').entries()) places.set(index, at);
  return (index) => bytes[places.get(index) ?? -1] || 0;
}

const KEY = html`<ul class="key"><li class="done">done</li><li class="skipped">skipped</li>
<li class="failed">failed</li><li class="killed">no end: killed or at work</li></ul>`;

function eachTry(artist: Artist, timeline: Timeline): Markup {
  const { length } = timeline.tries;
  if (length <= MOST_BARS) {
    const caption = html`A bar for each try of each chunk, from its start to its end. ${KEY}`;
    return figure('Each chunk and try', caption, tryBars(artist, timeline));
  }
  return figure(
    'Each chunk and try',
    `${formatCount(length)} tries by when they began and how long they took; the stronger the colour, the more. Red squares, of which the first 600 are drawn, failed or have no end.`,
    tryHeatMap(artist, timeline),
  );
}

/** How a histogram is named, and its axes. */
interface Spread {
  readonly title: string;
  readonly caption: string;
  readonly label: string;
  readonly counted: string;
  readonly format: (value: number) => string;
}

/** A histogram of what was measured, or nothing where nothing was. */
function spread(artist: Artist, values: Float64Array, named: Spread): Markup | string {
  const { title, caption, label, format, counted } = named;
  const bars = histogram(values);
  if (bars.length === 0) return '';
  return figure(title, caption, barChart(artist, { bars, label, format, counted }));
}

const seconds = (value: number) => `${Number(value.toPrecision(3))}`;

function spreads(artist: Artist, { audit }: RunRecord): readonly (Markup | string)[] {
  return [
    spread(artist, tryDurations(audit), {
      title: 'How long tries took',
      caption: 'Tries whose end is recorded, by their duration.',
      ...{ label: 'seconds', counted: 'tries', format: seconds },
    }),
    spread(artist, audit.chunks.column('bytes'), {
      title: 'How large chunks are',
      caption: 'Chunks that are done, by the bytes of their objects.',
      ...{ label: 'size of the object', counted: 'chunks', format: formatBytes },
    }),
    spread(artist, audit.tries.column('rssMiB'), {
      title: 'How much memory writers held',
      caption: 'Tries by the peak memory of their process until then, as Lambda reports it.',
      ...{ label: 'MiB', counted: 'tries', format: formatCount },
    }),
  ];
}

/** All charts of a run. */
export function charts(artist: Artist, record: RunRecord, timeline: Timeline): Markup {
  const { end } = timeline;
  const writers = { steps: writersAtOnce(timeline), end, label: 'writers', format: formatCount };
  const perSecond = textPerSecond(timeline, contentOf(record));
  const content = { steps: perSecond, end, label: 'bytes/s', format: formatBytes };
  return html`<section aria-labelledby="course"><h2 id="course">How it went</h2>
${figure('Writers at once', 'Tries that were under way at the same time.', overTime(artist, writers))}
${figure('Content per second', 'Content of the chunks, spread evenly over the try that wrote it.', overTime(artist, content))}
${eachTry(artist, timeline)}
${spreads(artist, record)}
</section>`;
}
