import { html, type Markup } from '#cli/html/markup.ts';
import { pageText } from '#cli/html/page.ts';
import type { Artist } from './charts/draw.ts';
import type { RunRecord } from './run-record.ts';
import { charts } from './sections/charts.ts';
import { checks } from './sections/checks.ts';
import { failures } from './sections/failures.ts';
import { figures } from './sections/figures.ts';
import { costs, measures, plannedAndUsed, slowest } from './sections/tables.ts';
import { stateWord, verdict } from './sections/verdict.ts';
import { timelineOf } from './timeline.ts';
import { usedCost } from './used-cost.ts';

/** Where a report is shown. */
interface Shown {
  /** Seconds after which a browser loads it again. @default never */
  readonly refreshSeconds?: number | undefined;
  /** What stands above it. @default nothing */
  readonly above?: Markup | undefined;
}

const HOW_TO_READ = html`<section aria-labelledby="reading"><h2 id="reading">How to read this</h2>
<p>A <b>chunk</b> is one object of the output, or one part of it, and one child of the Distributed
Map. A <b>try</b> is one invocation of its writer; a chunk whose writer fails or is killed is tried
again. The <b>ledger</b> in DynamoDB records each try when it begins and when it ends. Times are
those of the ledger, so they have neither the plan nor what Step Functions and Lambda do before a
writer begins.</p>
<p>Only the <b>manifest</b> shows that a run is complete: Finalize writes it after it has proved that
every chunk is there, once and in order. <b>Content</b> is what the objects hold before they are
compressed. Writers that end one after the other at the end of the first chart are the tail: chunks
that took longer than others, which are listed above.</p>
</section>`;

function runs({ audit }: RunRecord): boolean {
  return audit.tries.length > 0;
}

/**
 * Makes the report of a run as one page of HTML, which needs nothing else. Texts of others in it
 * stay texts.
 *
 * Time and size hardly grow with the chunks: 100,000 take less than 3 s and 300 kB.
 */
export function reportText(artist: Artist, record: RunRecord, shown: Shown = {}): string {
  const { refreshSeconds, above } = shown;
  const timeline = timelineOf(record);
  const used = usedCost(record);
  const body = html`${above}${verdict(record)}
${figures(record, timeline, used)}
${runs(record) ? charts(artist, record, timeline) : ''}
${checks(record, used)}
${failures(record)}
${plannedAndUsed(record, timeline, used)}
${costs(record, used)}
${measures(record)}
${slowest(record)}
${HOW_TO_READ}`;
  const title = `${stateWord(record)}: run ${record.runId.slice(0, 8)}, sparse-fanout`;
  return pageText({ title, body, refreshSeconds });
}
