import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  type HistoryEvent,
  ListMapRunsCommand,
  paginateGetExecutionHistory,
} from '@aws-sdk/client-sfn';
import { findRun } from '#aws/ledger-reads.ts';
import { html, type Markup } from '#cli/html/markup.ts';
import { pageText } from '#cli/html/page.ts';
import { grid } from '#cli/report/sections/tables.ts';
import { count, moment } from '#cli/report/texts.ts';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import { live } from './live.ts';
import { executionArnOf, objectsPath, type PagePlace, reportPath } from './page-place.ts';

/** Events of one page of the history. */
const PAGE_EVENTS = 1_000;

/** How often a state was entered and left. */
interface StateCounts {
  entered: number;
  left: number;
}

function countStates(events: readonly HistoryEvent[]): ReadonlyMap<string, StateCounts> {
  const states = new Map<string, StateCounts>();
  const countsOf = (name: string): StateCounts => {
    const counts = states.get(name) ?? { entered: 0, left: 0 };
    states.set(name, counts);
    return counts;
  };
  for (const { stateEnteredEventDetails: entered, stateExitedEventDetails: left } of events) {
    if (entered?.name !== undefined) countsOf(entered.name).entered += 1;
    if (left?.name !== undefined) countsOf(left.name).left += 1;
  }
  return states;
}

async function readEvents({ states: client }: PagePlace, executionArn: string) {
  const events: HistoryEvent[] = [];
  const input = { executionArn, maxResults: PAGE_EVENTS, includeExecutionData: false };
  for await (const page of paginateGetExecutionHistory({ client }, input)) {
    events.push(...(page.events ?? []));
  }
  return events;
}

async function statesTable(place: PagePlace, executionArn: string): Promise<Markup> {
  const states = countStates(await readEvents(place, executionArn));
  const lines = [...states].map(([name, { entered, left }]) => [name, count(entered), count(left)]);
  return html`<section aria-labelledby="states"><h2 id="states">States</h2>
${grid(['state', 'entered', 'left'], lines)}</section>`;
}

async function mapLine({ states }: PagePlace, mapRunArn: string | undefined) {
  const run = await states.send(new DescribeMapRunCommand({ mapRunArn }));
  const { pending, running, succeeded, failed, total } = run.itemCounts ?? {};
  const [, label = ''] = /\/([^:/]+):[^/]*$/.exec(mapRunArn ?? '') ?? [];
  const counts = [total, pending, running, succeeded, failed].map(count);
  return [label, run.status ?? '', ...counts];
}

async function mapsTable(place: PagePlace, executionArn: string): Promise<Markup | string> {
  const { mapRuns = [] } = await place.states.send(new ListMapRunsCommand({ executionArn }));
  if (mapRuns.length === 0) return '';
  const lines = await Promise.all(mapRuns.map(({ mapRunArn }) => mapLine(place, mapRunArn)));
  const titles = ['map', 'status', 'children', 'pending', 'running', 'succeeded', 'failed'];
  return html`<section aria-labelledby="maps"><h2 id="maps">Map runs</h2>
${grid(titles, lines)}</section>`;
}

async function links(
  { dynamo: client, table }: PagePlace,
  executionArn: string,
  name: string,
): Promise<Markup> {
  const run = await findRun({ client, table }, executionArn);
  if (run === undefined) return html`<p>It has no run yet.</p>`;
  const { runId, location } = run;
  return html`<p><a href="${reportPath(name)}">Report on run ${runId.slice(0, 8)}</a> ·
<a href="${objectsPath(location.prefix)}">objects of its output</a></p>`;
}

/** One execution: how it stands, its states with their counts, its Map runs. */
export async function executionPage(
  place: PagePlace,
  name: string,
  isStill: boolean,
): Promise<string> {
  const executionArn = executionArnOf(place, name);
  const described = await place.states.send(new DescribeExecutionCommand({ executionArn }));
  const { status = '', startDate, stopDate, error, cause, input = '', output } = described;
  const why =
    error === undefined && cause === undefined
      ? ''
      : html`<p>${error}: ${causeSentence(cause ?? '')}</p>`;
  const { refreshSeconds, note } = live(status === 'RUNNING', isStill);
  const body = html`<p><a href="/">Executions</a></p>${note}
<h1>Execution ${name}</h1>
<p class="lead">${status}, from ${moment(startDate?.getTime())} to ${moment(stopDate?.getTime())}</p>${why}
${await links(place, executionArn, name)}
${await statesTable(place, executionArn)}
${await mapsTable(place, executionArn)}
<section aria-labelledby="request"><h2 id="request">Request and result</h2>
<pre tabindex="0"><code>${input}</code></pre>
${output === undefined ? '' : html`<pre tabindex="0"><code>${output}</code></pre>`}</section>`;
  return pageText({ title: `Execution ${name}, local cloud`, body, refreshSeconds });
}
