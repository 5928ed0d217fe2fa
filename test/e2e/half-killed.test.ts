import { createHash } from 'node:crypto';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { FaultInjector } from '@sparse-fanout/local-cloud/faults/fault-injector.ts';
import type { Fault, FaultyRequest } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findRun } from '#aws/ledger-reads.ts';
import { createArtist } from '#cli/report/charts/draw.ts';
import { readRunRecord } from '#cli/report/read-run-record.ts';
import { reportText } from '#cli/report/report-text.ts';
import { stateOf } from '#cli/report/run-record.ts';
import type { FailureReport } from '#core/failure/failure-report.ts';
import { failuresKey } from '#core/run/output-keys.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { LocalStack } from '#support/local-stack.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runShell } from '#test/cli/run-command.ts';

const CHUNKS = 6;

/** Of a chunk, so that its text is 100 MB and takes much longer than its writer has. */
const ROWS = 1_000;
const COLUMNS = 50_000;

/** As late as faults can be: the ledger has the start of the try by then. */
const LATE = 0.999;

/** Kills each writer of every other chunk, try after try. */
class HalfKiller extends FaultInjector {
  isOver = false;

  override faultOf({ operation, kinds, subject }: FaultyRequest): Fault | undefined {
    if (this.isOver || !operation.startsWith('run ') || !kinds.includes('lambda-killed')) return;
    const [, index] = /"chunk":\{"index":(\d+)/.exec(subject) ?? [];
    if (index === undefined || Number(index) % 2 === 0) return undefined;
    return { kind: 'lambda-killed', degree: LATE };
  }
}

function matrix(): Uint8Array {
  const rows = CHUNKS * ROWS;
  const at = Array.from({ length: rows }, (_, row) => row);
  const csr = { shape: [rows, COLUMNS] as const, dtype: 'int64' as const };
  const indices = at.map((row) => (row * 7_919) % COLUMNS);
  return writeNpz({ ...csr, indptr: [...at, rows], indices, data: at.map((row) => row + 1) });
}

describe('a run of which every other chunk is killed for good', () => {
  const killer = new HalfKiller(() => undefined);
  let stack: LocalStack;
  let executionArn: string;
  let failures: FailureReport;

  beforeAll(async () => {
    stack = await LocalStack.start(undefined, killer);
    const source = await stack.putSource('half', matrix());
    const request = { source, chunking: { rows: ROWS }, limits: { concurrency: CHUNKS } };
    executionArn = await stack.startExecution(request);
    expect(await stack.endOf(executionArn)).toMatchObject({ status: 'FAILED' });
    const { location } = (await runOf())!;
    const uri = `s3://${location.bucket}/${failuresKey(location.prefix)}`;
    // ReportFailure runs after the execution has ended.
    const read = async () => {
      failures = JSON.parse((await stack.read(uri)).toString());
      expect(failures.executionArn).toBe(executionArn);
    };
    await vi.waitFor(read, { timeout: patience(5_000), interval: 100 });
  }, patience(60_000));
  afterAll(() => stack.close());

  async function runOf() {
    const place = { client: stack.dynamo, table: stack.output('LedgerTableName') };
    return await findRun(place, executionArn);
  }

  async function report() {
    const { s3, dynamo, states } = stack;
    const run = (await runOf())!;
    const place = { s3, dynamo, states, table: stack.output('LedgerTableName') };
    const { signal } = new AbortController();
    const record = await readRunRecord(place, { ...run, name: ledgerName(run) }, signal);
    return { record, page: reportText(await createArtist(), record) };
  }

  /** Does what a line of a report says, and gives the CRC of what it prints. */
  async function runLine(line: string) {
    const { endpoints, credentials, region, caFile } = stack.cloud;
    const environment = [
      `AWS_ENDPOINT_URL_S3=${endpoints.s3}`,
      `AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`,
      `AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
      `AWS_REGION=${region}`,
      `NODE_EXTRA_CA_CERTS=${caFile}`,
    ].join(' ');
    const own = line.replace(/^npx sparse-fanout/, 'cli');
    const { code, stdout } = await runShell(`export ${environment}; ${own}`);
    expect(code).toBe(0);
    return createHash('sha256').update(stdout).digest('hex');
  }

  it('has the killed chunks and no other in failures.json', () => {
    const killed = failures.chunks.map(({ index }) => index);
    expect(killed.length).toBeGreaterThan(0);
    expect(killed.filter((index) => index % 2 === 0)).toEqual([]);
    expect(failures.failedChunks + failures.runningChunks).toBe(killed.length);
    expect(failures.chunks.every(({ error }) => error === null)).toBe(true);
  });

  it('is shown by its report with the lines that reproduce the chunks', async () => {
    const { record, page } = await report();
    expect(stateOf(record)).toBe('failed');
    expect(record.unread).toEqual([]);
    expect(page).toMatch('<p class="state failed">Failed</p>');
    expect(page).toMatch(/<path d="M[^"]*" class="killed"/);
    expect(page).toMatch('Tries without an end');
    for (const { reproduce } of failures.chunks) expect(page).toMatch(reproduce!);
    expect(page).toMatch(failures.redrive);
  });

  it(
    'is completed by a redrive, and its lines make the same chunks',
    async () => {
      killer.isOver = true;
      await stack.states.send(new RedriveExecutionCommand({ executionArn }));
      await stack.expectSucceeded(executionArn);
      const { record, page } = await report();
      expect(stateOf(record)).toBe('complete');
      expect(record.execution).toMatchObject({ status: 'SUCCEEDED', redrives: 1 });
      expect(record.manifest).toMatchObject({ chunks: CHUNKS, rows: CHUNKS * ROWS });
      expect(page).toMatch('The run is complete all the same');
      const [{ index, reproduce }] = failures.chunks as [FailureReport['chunks'][number]];
      const { location } = (await runOf())!;
      const chunk = `s3://${location.bucket}/${location.prefix}data/chunk-00000${index}.csv`;
      const stored = createHash('sha256')
        .update(await stack.read(chunk))
        .digest('hex');
      expect(await runLine(reproduce!)).toBe(stored);
    },
    patience(40_000),
  );
});
