import type { AnswerPage } from '@sparse-fanout/local-cloud/page-server.ts';
import { findRun } from '#aws/ledger-reads.ts';
import { html } from '#cli/html/markup.ts';
import { PAGE_POLICY, pageText } from '#cli/html/page.ts';
import { type Artist, createArtist } from '#cli/report/charts/draw.ts';
import { readRunRecord } from '#cli/report/read-run-record.ts';
import { reportText } from '#cli/report/report-text.ts';
import { stateOf } from '#cli/report/run-record.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { executionPage } from './execution-page.ts';
import { executionsPage } from './executions-page.ts';
import { live, STILL } from './live.ts';
import { objectPage, objectsPage } from './objects-page.ts';
import { executionArnOf, executionPath, objectsPath, type PagePlace } from './page-place.ts';

const NOTHING = pageText({
  title: 'Not found',
  body: html`<h1>Not found</h1><p>There is nothing here. <a href="/">All executions</a></p>`,
});

/** The report on the run of an execution, loaded again while it runs. */
class Reports {
  readonly #place: PagePlace;
  #artist: Promise<Artist> | undefined;

  constructor(place: PagePlace) {
    this.#place = place;
  }

  async page(name: string, isStill: boolean, signal: AbortSignal): Promise<string | undefined> {
    const { dynamo: client, table } = this.#place;
    const run = await findRun({ client, table }, executionArnOf(this.#place, name));
    if (run === undefined) return undefined;
    const named = { ...run, name: ledgerName(run) };
    const record = await readRunRecord(this.#place, named, signal);
    // Loaded only once a report is asked for: that takes a second.
    this.#artist ??= createArtist();
    const { refreshSeconds, note } = live(stateOf(record) === 'running', isStill);
    const above = html`<p><a href="/">Executions</a> ·
<a href="${executionPath(name)}">execution ${name}</a> ·
<a href="${objectsPath(run.location.prefix)}">objects</a></p>${note}`;
    return reportText(await this.#artist, record, { refreshSeconds, above });
  }
}

async function textOf(
  place: PagePlace,
  reports: Reports,
  { url, signal }: Request,
): Promise<string | undefined> {
  const { pathname, searchParams } = new URL(url);
  const [, room, name = ''] = pathname.split('/').map(decodeURIComponent);
  const isStill = searchParams.has(STILL);
  switch (room) {
    case '':
      return await executionsPage(place, isStill);
    case 'executions':
      return await executionPage(place, name, isStill);
    case 'runs':
      return await reports.page(name, isStill, signal);
    case 'objects':
      return await objectsPage(place, searchParams.get('prefix') ?? '');
    case 'object':
      return await objectPage(place, searchParams.get('key') ?? '');
    default:
      return undefined;
  }
}

/** Whether Step Functions does not know an execution, or its name is none. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && ['ExecutionDoesNotExist', 'InvalidArn'].includes(error.name);
}

/** Pages about a deployment: its executions, their reports, and what lies in its output bucket. */
export function createPage(place: PagePlace): AnswerPage {
  const reports = new Reports(place);
  return async (request) => {
    const text = await textOf(place, reports, request).catch((error: unknown) => {
      if (error instanceof URIError || isMissing(error)) return undefined;
      throw error;
    });
    return new Response(text ?? NOTHING, {
      status: text === undefined ? 404 : 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': PAGE_POLICY,
      },
    });
  };
}
