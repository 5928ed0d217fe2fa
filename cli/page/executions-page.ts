import { type ExecutionListItem, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { findRun } from '#aws/ledger-reads.ts';
import { html, type Markup } from '#cli/html/markup.ts';
import { pageText } from '#cli/html/page.ts';
import { grid } from '#cli/report/sections/tables.ts';
import { duration, moment, UNKNOWN } from '#cli/report/texts.ts';
import { live } from './live.ts';
import { executionPath, objectsPath, type PagePlace, reportPath } from './page-place.ts';

/** Newest executions that are shown. */
const SHOWN = 50;

async function lineOf(
  { dynamo: client, table }: PagePlace,
  { name = '', executionArn = '', status, startDate, stopDate }: ExecutionListItem,
): Promise<readonly (string | Markup)[]> {
  const run = await findRun({ client, table }, executionArn);
  const started = startDate?.getTime();
  const ended = stopDate?.getTime() ?? Date.now();
  const took = started === undefined ? undefined : (ended - started) / 1000;
  const report =
    run === undefined ? UNKNOWN : html`<a href="${reportPath(name)}">${run.runId.slice(0, 8)}</a>`;
  const output =
    run === undefined
      ? UNKNOWN
      : html`<a href="${objectsPath(run.location.prefix)}">${run.location.prefix}</a>`;
  const link = html`<a href="${executionPath(name)}">${name}</a>`;
  return [link, status ?? UNKNOWN, moment(started), duration(took), report, output];
}

/** The executions of the state machine, the newest first. */
export async function executionsPage(place: PagePlace, isStill: boolean): Promise<string> {
  const { stateMachineArn, states } = place;
  const list = new ListExecutionsCommand({ stateMachineArn, maxResults: SHOWN });
  const { executions = [] } = await states.send(list);
  const lines = await Promise.all(executions.map((execution) => lineOf(place, execution)));
  const isRunning = executions.some(({ status }) => status === 'RUNNING');
  const { refreshSeconds, note } = live(isRunning || lines.length === 0, isStill);
  const none = html`<p>There is no execution yet. Put a source into the source bucket, or start one
with the lines that <code>local up</code> prints.</p>`;
  const body = html`<h1>Executions</h1>
<p class="soft">The local cloud: stand-ins on this machine, not AWS.</p>${note}
${
  lines.length === 0
    ? none
    : grid(['execution', 'status', 'started', 'took', 'report', 'output'], lines)
}`;
  return pageText({ title: 'Executions, local cloud', body, refreshSeconds });
}
