import { html, type Markup } from '#cli/html/markup.ts';
import {
  type ChunkFigures,
  chunkFigures,
  type TryFigures,
  tryFigures,
} from '#cli/report/run-figures.ts';
import type { RunRecord } from '#cli/report/run-record.ts';
import { count, duration, money, rate, size } from '#cli/report/texts.ts';
import type { Timeline } from '#cli/report/timeline.ts';
import type { UsedCost } from '#cli/report/used-cost.ts';

function card(value: string, name: string, more: string): Markup {
  return html`<div class="card"><dt>${name}</dt><dd><b>${value}</b><span>${more}</span></dd></div>`;
}

function chunksCard({ planned }: RunRecord, { done, failed, running }: ChunkFigures): Markup {
  const rest = [
    failed > 0 ? `${count(failed)} failed` : '',
    running > 0 ? `${count(running)} open` : '',
  ];
  const more = [`of ${count(planned)} planned`, ...rest.filter((part) => part !== '')].join(', ');
  return card(count(done), 'chunks done', more);
}

function triesCard({ all, failed, unfinished, again }: TryFigures): Markup {
  const more = `of ${count(all)}; ${count(failed)} failed, ${count(unfinished)} without an end`;
  return card(count(again), 'tries again', more);
}

/** The six figures that most questions are about. */
export function figures(record: RunRecord, timeline: Timeline, used: UsedCost): Markup {
  const chunks = chunkFigures(record.audit);
  const tries = tryFigures(record.audit);
  const { manifest, plan } = record;
  const rows = manifest?.isOwn === true ? manifest.rows : plan?.rows;
  const perSecond = chunks.contentBytes / timeline.end;
  return html`<dl class="cards">
${chunksCard(record, chunks)}
${card(count(rows), 'rows', manifest === undefined ? 'as planned' : 'proved by the manifest')}
${card(size(chunks.contentBytes), 'content', `${size(chunks.bytes)} as stored`)}
${card(duration(timeline.end), 'from first to last try', rate(perSecond))}
${triesCard(tries)}
${card(money(used.cost.total), 'list price', `${duration(used.functionSeconds)} of functions`)}
</dl>`;
}
