import { html, type Markup } from '#cli/html/markup.ts';
import { chunkFigures, slowestChunks, tryFigures } from '#cli/report/run-figures.ts';
import { type RunRecord, wasLocal } from '#cli/report/run-record.ts';
import {
  count,
  difference,
  duration,
  milliseconds,
  money,
  size,
  UNKNOWN,
} from '#cli/report/texts.ts';
import type { Timeline } from '#cli/report/timeline.ts';
import type { UsedCost } from '#cli/report/used-cost.ts';
import { PRICES } from '#core/cost/prices.ts';

/** A table whose first column names its rows. */
export function grid(
  titles: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup {
  const head = titles.map((title) => html`<th scope="col">${title}</th>`);
  const lines = rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="${titles.join(', ')}">
<table><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

const LOCAL =
  ' The run was in a local cloud: predicted time and price are of AWS, the used time is of one machine.';

/** What was planned beside what was used. */
export function plannedAndUsed(record: RunRecord, timeline: Timeline, used: UsedCost): Markup {
  const { plan, manifest, audit, planned } = record;
  const { done, bytes, contentBytes } = chunkFigures(audit);
  const rows = manifest?.isOwn === true ? manifest.rows : undefined;
  const line = (
    name: string,
    [before, after]: readonly [number | undefined, number | undefined],
    format: (value: number | undefined) => string,
  ) => [name, format(before), format(after), difference(after, before)];
  return html`<section aria-labelledby="planned"><h2 id="planned">Predicted and used</h2>
${grid(
  ['figure', 'predicted', 'used', 'difference'],
  [
    line('chunks', [planned, done], count),
    line('rows', [plan?.rows, rows], count),
    line('content', [plan?.textBytes, contentBytes], size),
    line('objects', [plan?.storedBytes, bytes], size),
    line('time', [plan?.seconds, timeline.end], duration),
    line('price', [plan?.usd?.['total'], used.cost.total], money),
  ],
)}
<p>The prediction is that of Plan. ${UNKNOWN} stands for what it did not predict, or is not known yet.${wasLocal(record) ? LOCAL : ''}</p></section>`;
}

const SERVICES = {
  lambda: 'Lambda',
  s3: 'S3 requests',
  stepFunctions: 'Step Functions',
  dynamoDb: 'DynamoDB',
  logs: 'CloudWatch Logs',
  total: 'all',
} as const;

/** Dollars by service, predicted and used. */
export function costs({ plan }: RunRecord, { cost, memoryMiB, functionSeconds }: UsedCost): Markup {
  const lines = (Object.keys(SERVICES) as (keyof typeof SERVICES)[]).map((service) => [
    ...[SERVICES[service], money(plan?.usd?.[service]), money(cost[service])],
    cost.total > 0 ? `${Math.round((cost[service] / cost.total) * 100)} %` : UNKNOWN,
  ]);
  return html`<section aria-labelledby="cost"><h2 id="cost">Cost by service</h2>
${grid(['service', 'predicted', 'used', 'share'], lines)}
<p>US dollars at the list prices of ${PRICES.region}, ${PRICES.date}; used are
${duration(functionSeconds)} of functions with ${count(memoryMiB)} MiB, the default of these
writers, and the requests of as many tries. Not counted as used are the plan, what prepared the
source, storage, taxes and free tiers.</p></section>`;
}

/** Where the time of a try went. */
export function measures({ audit }: RunRecord): Markup | string {
  const { measured, coldStarts, peakMiB, readMs, encodeMs, sendMs } = tryFigures(audit);
  if (measured === 0) return '';
  return html`<section aria-labelledby="measures"><h2 id="measures">What a try spends</h2>
${grid(
  ['doing', 'half of the tries stay below'],
  [
    ['reading from S3 or a database', milliseconds(readMs)],
    ['computing (CPU)', milliseconds(encodeMs)],
    ['sending to S3 or a database', milliseconds(sendMs)],
  ],
)}
<p>These overlap: a writer reads ahead and encodes while it sends. ${count(coldStarts)} of
${count(measured)} tries were the first of their process. The highest peak of memory is
${count(peakMiB)} MiB.</p></section>`;
}

/** The chunks that took longest. */
export function slowest({ audit }: RunRecord): Markup | string {
  const chunks = slowestChunks(audit);
  if (chunks.length === 0) return '';
  return html`<section aria-labelledby="slowest"><h2 id="slowest">Slowest chunks</h2>
${grid(
  ['chunk', 'last try', 'object', 'tries'],
  chunks.map(({ index, seconds, bytes, tries }) => [
    ...[count(index), duration(seconds), size(bytes), count(tries)],
  ]),
)}</section>`;
}
