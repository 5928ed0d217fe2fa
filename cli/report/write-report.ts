import { writeFile } from 'node:fs/promises';
import type { Deployment } from '#cli/deployment/deployment.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import { createArtist } from './charts/draw.ts';
import { findReportedRun } from './find-reported-run.ts';
import { readRunRecord } from './read-run-record.ts';
import { reportText } from './report-text.ts';
import { type RunRecord, stateOf } from './run-record.ts';
import { stateWord, verdictSentence } from './sections/verdict.ts';

/** What `report` is asked for. */
export interface ReportRequest {
  /** Run id, execution name or ARN, output URI, or `latest`. */
  readonly run: string;
  readonly generation?: number;
  /** File to write. @default `report-<begin of the run id>.html` */
  readonly out?: string;
}

function resultOf(record: RunRecord, file: string, bytes: number): object {
  const { runId, generation, output, unread } = record;
  return { file, bytes, runId, generation, output, state: stateOf(record), unread };
}

/**
 * Reads all that is known of a run and writes its report as one file of HTML. A report that lies
 * there is replaced.
 *
 * @throws as `findReportedRun`.
 */
export async function writeReport(
  deployment: Deployment,
  { out, ...asked }: ReportRequest,
  io: CommandIo,
): Promise<void> {
  const run = await findReportedRun(deployment, asked, io.signal);
  const { ledger: table } = await deployment.places();
  const record = await readRunRecord({ ...deployment.clients, table }, run, io.signal);
  const text = reportText(await createArtist(), record);
  const file = out ?? `report-${record.runId.slice(0, 8)}.html`;
  await writeFile(file, text);
  const bytes = Buffer.byteLength(text);
  const said = `${stateWord(record)}: ${verdictSentence(record)}`;
  const prose = [`${file} (${formatBytes(bytes)})`, said, ...record.unread].join('\n');
  await printResult(io, resultOf(record, file, bytes), prose);
}
