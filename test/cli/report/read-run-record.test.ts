import { beforeAll, describe, expect, it } from 'vitest';
import { findRun } from '#aws/ledger-reads.ts';
import { auditHoles } from '#cli/report/audit-holes.ts';
import { createArtist } from '#cli/report/charts/draw.ts';
import { readRunRecord } from '#cli/report/read-run-record.ts';
import { reportText } from '#cli/report/report-text.ts';
import { chunkFigures, tryFigures } from '#cli/report/run-figures.ts';
import { type RunRecord, stateOf } from '#cli/report/run-record.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { wideMatrix } from '#support/wide-single.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

let stack: LocalStack;
let source: string;

beforeAll(async () => {
  stack = await LocalStack.shared();
  source = await stack.putSource('report of tall', goldenBytes(tall.file));
});

function outputAt(name: string, fields: object = {}): object {
  return { uri: `s3://${stack.outputBucket}/report/${name}/`, ...fields };
}

async function recordOf(executionArn: string): Promise<RunRecord> {
  const { s3, dynamo, states } = stack;
  const table = stack.output('LedgerTableName');
  const run = (await findRun({ client: dynamo, table }, executionArn))!;
  const { signal } = new AbortController();
  const asked = { ...run, name: ledgerName(run) };
  return await readRunRecord({ s3, dynamo, states, table }, asked, signal);
}

/** Runs a request that must succeed, and reads its record. */
async function recorded(request: object): Promise<RunRecord> {
  const executionArn = await stack.startExecution(request);
  await stack.expectSucceeded(executionArn);
  return await recordOf(executionArn);
}

/** What holds of each run that is complete and of which nothing went wrong. */
async function expectWhole(record: RunRecord): Promise<void> {
  const { audit, planned, unread } = record;
  expect(unread).toEqual([]);
  expect(stateOf(record)).toBe('complete');
  expect(auditHoles(audit, { planned, isRunning: false })).toEqual([]);
  const { done } = chunkFigures(audit);
  expect(done).toBe(planned);
  const tries = tryFigures(audit);
  expect(tries).toMatchObject({ all: done, failed: 0, again: 0, measured: done });
  expect(tries.peakMiB).toBeGreaterThan(30);
  expect(tries.encodeMs).toBeGreaterThan(0);
  expect(tries.sendMs).toBeGreaterThan(0);
  expect(tries.readMs).toBeGreaterThan(0);
  const page = reportText(await createArtist(), record);
  expect(page).toMatch('<p class="state complete">Complete</p>');
  expect(page.match(/<svg /g)).toHaveLength(6);
}

describe('the record of a run', () => {
  it(
    'is whole of a matrix in chunks',
    async () => {
      const record = await recorded({
        ...{ source, chunking: { rows: 500 }, output: outputAt('chunks') },
      });
      await expectWhole(record);
      expect(record).toMatchObject({ kind: 'matrix', source, generation: 1 });
      expect(record.manifest).toMatchObject({
        isOwn: true,
        bytes: chunkFigures(record.audit).bytes,
      });
      expect(record.plan?.chunks).toBe(record.planned);
      const { contentBytes } = chunkFigures(record.audit);
      expect(record.plan!.textBytes! / contentBytes).toBeCloseTo(1, 2);
      expect(record.plan?.usd?.['total']).toBeGreaterThan(0);
      expect(record.execution).toMatchObject({ status: 'SUCCEEDED', redrives: 0 });
    },
    patience(20_000),
  );

  it(
    'is whole of one object',
    async () => {
      const wide = await stack.putSource('report of wide', wideMatrix());
      const output = outputAt('single', { single: true });
      const record = await recorded({ source: wide, chunking: { rows: 1 }, output });
      await expectWhole(record);
      expect(record).toMatchObject({ planned: 4, manifest: { isOwn: true } });
    },
    patience(20_000),
  );

  it(
    'is whole of the rows that are appended',
    async () => {
      const daily = outputAt('daily', { mode: 'append' });
      const first = await recorded({ source, chunking: { rows: 900 }, output: daily });
      const again = await stack.putSource('report of more', goldenBytes(tall.file));
      const second = await recorded({ source: again, chunking: { rows: 800 }, output: daily });
      await expectWhole(second);
      expect(second).toMatchObject({ generation: 2, manifest: { isOwn: false } });
      expect(second.manifest?.rows).toBe(2 * first.manifest!.rows);
    },
    patience(30_000),
  );

  it(
    'is whole of a partitioned table',
    async () => {
      const lines = Array.from({ length: 300 }, (_, id) => `${id},city ${id % 3}\n`);
      const table = await stack.putSource('report.csv', Buffer.from(`id,city\n${lines.join('')}`));
      const record = await recorded({
        ...{ source: table, schema: { id: 'bigint', city: 'text' } },
        output: outputAt('table', { partitionBy: ['city'] }),
      });
      await expectWhole(record);
      expect(record).toMatchObject({ kind: 'table', manifest: { rows: 300 } });
    },
    patience(30_000),
  );

  it(
    'says what could not be read, and reads the rest',
    async () => {
      const executionArn = await stack.startExecution({
        ...{ source, chunking: { rows: 700 }, output: outputAt('denied') },
      });
      await stack.expectSucceeded(executionArn);
      const { s3, dynamo, states } = stack;
      const table = stack.output('LedgerTableName');
      const run = (await findRun({ client: dynamo, table }, executionArn))!;
      const { signal } = new AbortController();
      const place = { s3, dynamo, states, table: `${table}-never` };
      const record = await readRunRecord(place, { ...run, name: ledgerName(run) }, signal);
      expect(record.unread.join('\n')).toMatch('The ledger could not be read: ');
      expect(stateOf(record)).toBe('complete');
      expect(reportText(await createArtist(), record)).toMatch('The ledger could not be read');
    },
    patience(20_000),
  );
});
