import { beforeAll, describe, expect, it } from 'vitest';
import { ExecutionFailed } from '#cli/executions/execution-failed.ts';
import { explainFailure } from '#cli/executions/explain-failure.ts';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runShell } from '#test/cli/run-command.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

/** The record that Lambda publishes of the invocation for one execution. */
async function messageOf(executionArn: string) {
  const topicArn = stack.output('FailureTopicArn');
  const find = async () => {
    const messages = await stack.cloud.topicMessages(topicArn);
    return messages
      .map(({ message }) => JSON.parse(message))
      .find(({ requestPayload }) => requestPayload.detail.executionArn === executionArn);
  };
  await expect.poll(find).toBeDefined();
  return await find();
}

/** The record of the invocation for the execution whose input names a key. */
async function messageAbout(key: string) {
  const find = async () => {
    const messages = await stack.cloud.topicMessages(stack.output('FailureTopicArn'));
    return messages
      .map(({ message }) => JSON.parse(message))
      .find(({ requestPayload }) => requestPayload.detail.input.includes(key));
  };
  await expect.poll(find, { timeout: patience(10_000) }).toBeDefined();
  return await find();
}

/** A matrix of one entry in each row, as SciPy saves it. */
function compressedDiagonal(rows: number): Uint8Array {
  const at = Array.from({ length: rows }, (_, row) => row);
  const indices = at.map((row) => (row * 7_919) % rows);
  const csr = { shape: [rows, rows] as const, dtype: 'int64' as const };
  return writeNpz(
    { ...csr, indptr: [...at, rows], indices, data: at.map(() => 1) },
    { compress: true },
  );
}

/** Runs a line of a report as a person would, with the environment that finds the local S3. */
async function runLine(line: string) {
  const { endpoints, credentials, region, caFile } = stack.cloud;
  const environment = [
    `AWS_ENDPOINT_URL_S3=${endpoints.s3}`,
    `AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
    `AWS_REGION=${region}`,
    `NODE_EXTRA_CA_CERTS=${caFile}`,
  ].join(' ');
  return await runShell(`export ${environment}; ${line.replace('npx sparse-fanout', 'cli')}`);
}

describe('a run that fails', () => {
  it('reports in failures.json and to the topic which chunk failed, why, and how to repeat it', async () => {
    const source = await stack.putSource('bad column', goldenBytes('invalid/index-too-big.npz'));
    const executionArn = await stack.startExecution({ source, chunking: { rows: 1 } });
    expect(await stack.endOf(executionArn)).toMatchObject({ status: 'FAILED' });
    const { requestContext, responsePayload: notice } = await messageOf(executionArn);
    expect(requestContext).toMatchObject({ condition: 'Success', approximateInvokeCount: 1 });

    expect(notice.report).toMatch(/\/bad column\/[0-9a-f]{32}\/_manifest\/failures\.json$/);
    const report = JSON.parse((await stack.read(notice.report)).toString());
    expect(report).toMatchObject({
      executionArn,
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
      redrive: `aws stepfunctions redrive-execution --execution-arn ${executionArn}`,
      sourceProblem: null,
      failedChunks: 1,
      unlistedChunks: 0,
    });
    const [chunk] = report.chunks;
    expect(chunk).toMatchObject({
      status: 'failed',
      tries: 1,
      rowEnd: chunk.rowStart + 1,
      error: { name: 'CorruptSourceError' },
    });
    expect(notice.message).toBe(
      `run ${report.runId} ended FAILED: chunk ${chunk.index} (rows ${chunk.rowStart} to ${chunk.rowEnd}): CorruptSourceError: ${chunk.error.message}`,
    );

    const ended = await runLine(chunk.reproduce);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(`error: CorruptSourceError: ${chunk.error.message}\n`);
    expect(stack.cloud.denials).toEqual([]);
  });

  it('names the damaged array of a compressed npz that an event brought', async () => {
    const damaged = Buffer.from(compressedDiagonal(20_000));
    // Two bytes, far behind what Plan looks at.
    damaged.fill(
      0xff,
      15_000 + damaged.indexOf('indices.npy'),
      15_002 + damaged.indexOf('indices.npy'),
    );
    await stack.putSource('damaged-deflate.npz', damaged);
    const { requestPayload, responsePayload: notice } = await messageAbout('damaged-deflate.npz');
    const { executionArn } = requestPayload.detail;
    expect(notice.message).toMatch(/CorruptSourceError: .*indices\.npy/);
    const name = executionArn.split(':').at(-1);
    expect(notice.report).toBe(`s3://${stack.outputBucket}/_failures/${name}.json`);
    const report = JSON.parse((await stack.read(notice.report)).toString());
    expect(report.failedChild).toMatchObject({ name: 'CorruptSourceError' });
    expect(report.failedChild.message).toContain('indices.npy');
    const location = { bucket: stack.outputBucket, prefix: 'none/' };
    const failure = new ExecutionFailed(report.error, report.cause, executionArn);
    expect(await explainFailure(stack.s3, location, failure)).toMatchObject({
      name: 'CorruptSourceError',
      message: expect.stringContaining('indices.npy'),
    });
    expect(stack.cloud.denials).toEqual([]);
  });

  it('is reported below _failures/ when the request was bad', async () => {
    const executionArn = await stack.startExecution({ sauce: 1 });
    expect(await stack.endOf(executionArn)).toMatchObject({ error: 'RequestError' });
    const { responsePayload: notice } = await messageOf(executionArn);
    const report = `s3://${stack.outputBucket}/_failures/${executionArn.split(':').at(-1)}.json`;
    expect(notice).toMatchObject({ error: 'RequestError', runId: null, report });
    expect(notice.message).toMatch(/had no run yet ended FAILED: RequestError: .*"sauce"/);
  });

  it('is reported below _failures/ when the prefix belongs to another run', async () => {
    const output = { uri: `s3://${stack.outputBucket}/taken/` };
    const source = await stack.putSource('taken-first', goldenBytes('inputs/dtype-int64.npz'));
    await stack.runToSuccess({ source, output });
    const before = await stack.keys('taken/');
    const executionArn = await stack.startExecution({ source, output, chunking: { rows: 6 } });
    await stack.endOf(executionArn);
    const { responsePayload: notice } = await messageOf(executionArn);
    expect(notice.error).toBe('OutputConflictError');
    expect(notice.report).toContain('/_failures/');
    expect(await stack.keys('taken/')).toEqual(before);
  });
});
