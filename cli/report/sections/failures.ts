import { html, type Markup } from '#cli/html/markup.ts';
import type { ReportedFailures } from '#cli/report/reported-failures.ts';
import { CHUNK_STATUS, type RunAudit } from '#cli/report/run-audit.ts';
import { type RunRecord, stateOf } from '#cli/report/run-record.ts';
import { count, UNKNOWN } from '#cli/report/texts.ts';
import { grid } from './tables.ts';

/** Failed tries that are shown one by one. */
const SHOWN_TRIES = 20;

/** Chunks that are shown with their lines to paste. */
const SHOWN_CHUNKS = 25;

const HOW_TO_REPRODUCE =
  'Each line below does on your machine what the writer did, on the version that it read.';

const WORDS = ['running', 'failed', 'done'] as const;

/** How each chunk stands now, by its index. */
function statusOf({ chunks }: RunAudit): (index: number) => string {
  const status = chunks.column('status');
  const places = new Map<number, number>();
  for (const [at, index] of chunks.column('index').entries()) places.set(index, at);
  return (index) => {
    const value = status[places.get(index) ?? -1];
    return value === undefined ? UNKNOWN : (WORDS[value] ?? UNKNOWN);
  };
}

function byName({ failures }: RunAudit): Markup | string {
  if (failures.size === 0) return '';
  const rows = [...failures]
    .sort(([, a], [, b]) => b - a)
    .map(([name, tries]) => [name, count(tries)]);
  return grid(['error', 'failed tries'], rows);
}

function failedTries({ failed, failures }: RunAudit): Markup | string {
  if (failed.length === 0) return '';
  const all = failures.values().reduce((sum, tries) => sum + tries, 0);
  const shown = failed.toSorted((a, b) => a.index - b.index || a.attempt - b.attempt);
  const rows = shown
    .slice(0, SHOWN_TRIES)
    .map(({ index, attempt, name, message, requestId }) => [
      ...[count(index), count(attempt), name, message],
      requestId === undefined ? UNKNOWN : html`<code>${requestId}</code>`,
    ]);
  const rest = all - rows.length;
  return html`<h3>Failed tries</h3>${grid(['chunk', 'try', 'error', 'sentence', 'request id'], rows)}
${rest > 0 ? html`<p>${count(rest)} more are in the ledger.</p>` : ''}`;
}

function reportedChunks(reported: ReportedFailures, audit: RunAudit): Markup {
  const { chunks, unlistedChunks, stoppedAt, failedChunks, runningChunks } = reported;
  const now = statusOf(audit);
  const shown = chunks.slice(0, SHOWN_CHUNKS).map(
    ({ index, tries, error, reproduce }) => html`<li><p><b>Chunk ${index}</b>, tries: ${tries}, now
${now(index)}: ${error === null ? 'its writer was killed, or was at work' : `${error.name}: ${error.message}`}</p>
${reproduce === null ? '' : html`<pre tabindex="0"><code>${reproduce}</code></pre>`}</li>`,
  );
  const rest = unlistedChunks + chunks.length - shown.length;
  const hasLines = chunks.slice(0, SHOWN_CHUNKS).some(({ reproduce }) => reproduce !== null);
  const lines = hasLines ? ` ${HOW_TO_REPRODUCE}` : '';
  return html`<h3>Chunks of the last failure</h3>
<p>At ${stoppedAt}, failed: ${count(failedChunks)}, under way: ${count(runningChunks)}.${lines}</p>
<ol class="failures">${shown}</ol>
${rest > 0 ? html`<p>${count(rest)} more are in <code>_manifest/failures.json</code> or the ledger.</p>` : ''}`;
}

function goOn(reported: ReportedFailures): Markup {
  return html`<h3>Go on</h3><pre tabindex="0"><code>${reported.redrive}</code></pre>
<p>The same request, started again, does that too: chunks that are done are skipped.</p>`;
}

/** What failed, and what to do; nothing where nothing did. */
export function failures(record: RunRecord): Markup | string {
  const { audit, failures: reported } = record;
  const { failed } = CHUNK_STATUS;
  const hasFailed = audit.chunks.column('status').includes(failed);
  if (reported === undefined && audit.failed.length === 0 && !hasFailed) return '';
  const isOver = stateOf(record) === 'complete';
  const over = isOver
    ? html`<p>The run is complete all the same; this is how it came there.</p>`
    : '';
  return html`<section aria-labelledby="failures"><h2 id="failures">Failures</h2>${over}
${byName(audit)}${failedTries(audit)}
${reported === undefined ? '' : reportedChunks(reported, audit)}
${reported === undefined || isOver ? '' : goOn(reported)}</section>`;
}
