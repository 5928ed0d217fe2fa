import { describe, expect, it } from 'vitest';
import type { FailedExecution } from '#core/failure/failed-execution.ts';
import {
  collectUnfinished,
  failureNotice,
  failureReport,
  MAX_LISTED_CHUNKS,
  type ReportedChunk,
  sliceCommand,
} from '#core/failure/failure-report.ts';
import type { UnfinishedChunk } from '#core/run/ledger-records.ts';
import { plannedText } from '#core/run/planned-chunk.ts';

const execution: FailedExecution = {
  executionArn: 'arn:aws:states:us-east-1:111122223333:execution:machine:name',
  status: 'FAILED',
  startedAt: '2026-11-21T00:00:00.000Z',
  stoppedAt: '2026-11-21T00:01:00.000Z',
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};
const run = {
  runId: '0123456789abcdef0123456789abcdef',
  source: { uri: 's3://in/x.npz', etag: 'e', versionId: null, size: 9 },
  location: { bucket: 'out', prefix: 'x/' },
  generation: 1,
};
const failed: ReportedChunk = {
  index: 3,
  rowStart: 30,
  rowEnd: 40,
  status: 'failed',
  tries: 2,
  error: { name: 'CorruptSourceError', message: 'column 9 is outside' },
  sourceBytes: null,
  reproduce: 'npx sparse-fanout slice s3://in/x.npz --rows 30:40',
};

function unfinished(index: number, status: UnfinishedChunk['status']): UnfinishedChunk {
  const planned = plannedText({ index, rowStart: index, rowEnd: index + 1 });
  return { index, planned, tries: 1, status };
}

async function* each(chunks: readonly UnfinishedChunk[]) {
  yield* chunks;
}

describe('collectUnfinished', () => {
  it('puts the failed chunks first, each kind in row order', async () => {
    const chunks = [
      unfinished(0, 'running'),
      unfinished(1, 'failed'),
      unfinished(2, 'running'),
      unfinished(3, 'failed'),
    ];
    const { listed, ...counts } = await collectUnfinished(each(chunks));
    expect(counts).toEqual({ failed: 2, running: 2 });
    expect(listed.map(({ index }) => index)).toEqual([1, 3, 0, 2]);
  });

  it('lists at most 100 chunks and counts all of them', async () => {
    const chunks = Array.from({ length: 1000 }, (_, index) =>
      unfinished(index, index < 950 ? 'running' : 'failed'),
    );
    const { listed, ...counts } = await collectUnfinished(each(chunks));
    expect(counts).toEqual({ failed: 50, running: 950 });
    expect(listed).toHaveLength(MAX_LISTED_CHUNKS);
    expect(listed[0]?.index).toBe(950);
    expect(listed.at(-1)?.index).toBe(49);
  });
});

describe('failureReport', () => {
  it('reports run, execution, how to continue, and how many chunks are not listed', () => {
    const counts = { failed: 101, running: 1, chunks: [failed] };
    const found = { run, ...counts, sourceProblem: null, failedChild: undefined };
    expect(failureReport(execution, found)).toEqual({
      type: 'sparse-fanout-failures',
      version: 3,
      runId: run.runId,
      ...execution,
      redrive: `aws stepfunctions redrive-execution --execution-arn ${execution.executionArn}`,
      source: { uri: 's3://in/x.npz', etag: 'e', versionId: null },
      sourceProblem: null,
      failedChild: null,
      failedChunks: 101,
      runningChunks: 1,
      chunks: [failed],
      unlistedChunks: 101,
    });
  });
});

describe('failureNotice', () => {
  const reportUri = 's3://out/x/_manifest/failures.json';
  const nothing = { run: undefined, failed: 0, running: 0, sourceProblem: null };
  const found = { ...nothing, run, failed: 1, running: 1, failedChild: undefined };
  const running: ReportedChunk = { ...failed, index: 1, status: 'running', error: null };

  it("names the first failed chunk instead of Step Functions' reason", () => {
    const report = failureReport(execution, { ...found, chunks: [running, failed] });
    expect(failureNotice(execution, report, reportUri)).toMatchObject({
      message: `run ${run.runId} ended FAILED: chunk 3 (rows 30 to 40): CorruptSourceError: column 9 is outside`,
      runId: run.runId,
      report: reportUri,
    });
  });

  it("gives Step Functions' reason if no chunk has failed", () => {
    const report = failureReport(execution, { ...found, chunks: [running] });
    const { message } = failureNotice(execution, report, reportUri);
    expect(message).toBe(`run ${run.runId} ended FAILED: ${execution.error}: ${execution.cause}`);
  });

  it('names the child of a Map that failed without a word in the ledger', () => {
    const what = 'preparing s3://in/x.npz';
    const why = { name: 'CorruptSourceError', message: 'indices.npy is damaged', stoppedAt: '' };
    const report = failureReport(execution, {
      ...{ ...nothing, chunks: [], failedChild: { what, ...why } },
    });
    expect(failureNotice(execution, report, reportUri).message).toBe(
      'an execution that had no run yet ended FAILED: preparing s3://in/x.npz: CorruptSourceError: indices.npy is damaged',
    );
  });

  it('describes an execution without a run, and one without a reason', () => {
    const silent = { ...execution, status: 'ABORTED', error: null, cause: null } as const;
    const report = failureReport(silent, { ...nothing, chunks: [], failedChild: undefined });
    expect(report).toMatchObject({ runId: null, source: null, failedChunks: 0, chunks: [] });
    expect(failureNotice(silent, report, reportUri)).toEqual({
      message: 'an execution that had no run yet ended ABORTED: no reason was given',
      runId: null,
      ...silent,
      redrive: `aws stepfunctions redrive-execution --execution-arn ${execution.executionArn}`,
      report: reportUri,
    });
  });
});

describe('sliceCommand', () => {
  it('quotes a key that a shell would split', () => {
    const rows = { rowStart: 5, rowEnd: 10 };
    const start = 'npx sparse-fanout slice';
    const command = (uri: string) => sliceCommand({ uri, versionId: null }, rows);
    expect(command('s3://in/a/b.npz')).toBe(`${start} s3://in/a/b.npz --rows 5:10`);
    expect(command("s3://in/it's $x.npz")).toBe(`${start} 's3://in/it'\\''s $x.npz' --rows 5:10`);
  });

  it('names the version that the run read', () => {
    expect(
      sliceCommand({ uri: 's3://in/x.npz', versionId: 'v.1' }, { rowStart: 0, rowEnd: 1 }),
    ).toBe('npx sparse-fanout slice s3://in/x.npz --rows 0:1 --version-id v.1');
  });
});
