import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '#aws/ledger.ts';
import { findRun, readTryError, readUnfinishedChunks } from '#aws/ledger-reads.ts';
import { OutputConflictError } from '#core/errors.ts';
import { plannedText } from '#core/run/planned-chunk.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';

let services: LocalServices;
let runs = 0;

beforeAll(async () => {
  services = await startLocalServices();
});
afterAll(() => services.close());

const START = Date.UTC(2026, 10, 21);
const task = { index: 7, rowStart: 70, rowEnd: 80 };
const state = { index: 7, planned: plannedText(task), tries: 1 };
const places = {
  source: { uri: 's3://in/x.npz', etag: 'e', versionId: null, size: 9 },
  location: { bucket: 'out', prefix: 'x/' },
  generation: 1,
};
const figures = { bytes: 5, contentBytes: 5, crc32: '0000002a', etag: 'e', counts: { nnz: 9 } };

const measures = {
  ...{ rssMiB: 161, isCold: true, readMs: 120, encodeMs: 3400, sendMs: 4100 },
  requestId: '8e2a3c52-6d0b-4b8e-9f60-0a4d3a3f1c77',
};

function newLedger(now = () => new Date(START)): { ledger: Ledger; runId: string } {
  runs += 1;
  const runId = `run-${runs}`;
  return { runId, ledger: new Ledger(services.dynamo, services.table, runId, now) };
}

async function itemsOf(runId: string, index: number) {
  const { Items = [] } = await services.dynamo.send(
    new QueryCommand({
      TableName: services.table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `run#${runId}#${index % 16}` } },
      ConsistentRead: true,
    }),
  );
  return Items;
}

async function only(ledger: Ledger) {
  const [record] = await Array.fromAsync(ledger.chunks());
  return record;
}

describe('Ledger', () => {
  it('takes a chunk from running to done and keeps its figures', async () => {
    const { ledger } = newLedger();
    expect(await ledger.start(task)).toEqual({ kind: 'started', attempt: 1 });
    expect(await only(ledger)).toEqual({ ...state, status: 'running' });
    await ledger.done(task, { attempt: 1 }, figures);
    expect(await only(ledger)).toEqual({ ...state, status: 'done', ...figures });
  });

  it('leaves a chunk that is done as it is when it is started again', async () => {
    const { ledger } = newLedger();
    await ledger.start(task);
    await ledger.done(task, { attempt: 1 }, figures);
    const again = await ledger.start(task);
    expect(again).toEqual({
      kind: 'done',
      record: { ...state, status: 'done', ...figures },
    });
  });

  it('sets a chunk failed only by its last try', async () => {
    const { ledger } = newLedger();
    await ledger.start(task);
    await ledger.start(task);
    await ledger.fail(task, { attempt: 1 }, new Error('early'));
    expect((await only(ledger))?.status).toBe('running');
    await ledger.fail(task, { attempt: 2 }, new Error('late'));
    expect((await only(ledger))?.status).toBe('failed');
    expect(await ledger.start(task)).toEqual({ kind: 'started', attempt: 3 });
  });

  it('does not let a failing twin undo what is done', async () => {
    const { ledger } = newLedger();
    await ledger.start(task);
    await ledger.start(task);
    await ledger.done(task, { attempt: 1 }, figures);
    await ledger.fail(task, { attempt: 2 }, new Error('too late'));
    expect((await only(ledger))?.status).toBe('done');
  });

  it('accepts the same bytes twice and fails on other bytes', async () => {
    const { ledger } = newLedger();
    await ledger.start(task);
    await ledger.done(task, { attempt: 1 }, figures);
    await ledger.done(task, { attempt: 1 }, { ...figures, etag: 'other' });
    const other = ledger.done(task, { attempt: 1 }, { ...figures, crc32: '00000000' });
    await expect(other).rejects.toThrow(OutputConflictError);
    expect(await only(ledger)).toMatchObject({ crc32: figures.crc32 });
  });

  it('keeps every try with its times, and how it ended', async () => {
    let clock = START;
    const { ledger, runId } = newLedger(() => {
      clock += 1000;
      return new Date(clock);
    });
    await ledger.start(task);
    await ledger.fail(task, { attempt: 1 }, new RangeError('why'));
    await ledger.start(task);
    await ledger.done(task, { attempt: 2 }, figures);
    const tries = (await itemsOf(runId, task.index)).filter(({ sk }) => sk?.S?.startsWith('try#'));
    expect(tries.map(({ sk, outcome, message }) => [sk?.S, outcome?.S, message?.S])).toEqual([
      ['try#000007#001', 'RangeError', 'why'],
      ['try#000007#002', 'done', ''],
    ]);
    for (const { startedAt, finishedAt } of tries) {
      expect(Date.parse(finishedAt?.S ?? '')).toBeGreaterThan(Date.parse(startedAt?.S ?? ''));
    }
  });

  it('keeps what was measured of a try in the update that ends it', async () => {
    const { ledger, runId } = newLedger();
    await ledger.start(task);
    const sent: string[] = [];
    const name = 'countWrites';
    services.dynamo.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          sent.push(commandName ?? '');
          return next(args);
        },
      { step: 'initialize', name },
    );
    await ledger.done(task, { attempt: 1, measures }, figures);
    services.dynamo.middlewareStack.remove(name);
    expect(sent).toEqual(['UpdateItemCommand', 'UpdateItemCommand']);
    const item = (await itemsOf(runId, task.index)).find(({ sk }) => sk?.S?.startsWith('try#'));
    expect(item).toMatchObject({
      ...{ rssMiB: { N: '161' }, isCold: { BOOL: true }, requestId: { S: measures.requestId } },
      ...{ readMs: { N: '120' }, encodeMs: { N: '3400' }, sendMs: { N: '4100' } },
    });
    // One write unit of DynamoDB.
    expect(JSON.stringify(item).length).toBeLessThan(1024);
  });

  it('lets exactly one of many twins start each try', async () => {
    const { ledger } = newLedger();
    const started = await Promise.all(Array.from({ length: 20 }, () => ledger.start(task)));
    const attempts = started.map((start) => (start.kind === 'started' ? start.attempt : 0));
    expect(attempts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('lists the chunks of all shards in chunk order, without gaps', async () => {
    const { ledger } = newLedger();
    const indices = [0, 1, 2, 15, 16, 17, 33, 49, 50, 64];
    for (const index of indices.toReversed()) await ledger.start({ ...task, index });
    const listed = await Array.fromAsync(ledger.chunks(), ({ index }) => index);
    expect(listed).toEqual(indices);
  });

  it('lets items expire 100 days after the last start', async () => {
    let clock = START;
    const { ledger, runId } = newLedger(() => new Date(clock));
    const expiries = async () => {
      const items = await itemsOf(runId, task.index);
      return items.find(({ sk }) => sk?.S?.startsWith('chunk#'))?.['expiresAt']?.N;
    };
    await ledger.start(task);
    await ledger.done(task, { attempt: 1 }, figures);
    expect(await expiries()).toBe(String(START / 1000 + 100 * 86_400));
    clock += 86_400_000;
    await ledger.start(task);
    expect(await expiries()).toBe(String(START / 1000 + 101 * 86_400));
  });

  it('keeps the text of a run id, and fails on another text', async () => {
    const { ledger, runId } = newLedger();
    await ledger.startRun('text', 'execution-1', { runId, ...places });
    await ledger.startRun('text', 'execution-2', { runId, ...places });
    await expect(ledger.startRun('other', 'execution-3', { runId, ...places })).rejects.toThrow(
      OutputConflictError,
    );
  });

  it('finds the run of an execution, if it had one', async () => {
    const place = { client: services.dynamo, table: services.table };
    const versioned = { ...places, source: { ...places.source, versionId: 'v' } };
    const first = newLedger();
    const { runId } = first;
    await first.ledger.startRun('text', 'execution-a', { runId, ...places });
    await first.ledger.startRun('text', 'execution-b', { runId, ...versioned });
    expect(await findRun(place, 'execution-a')).toEqual({ runId, ...places });
    expect(await findRun(place, 'execution-b')).toEqual({ runId, ...versioned });
    expect(await findRun(place, 'execution-c')).toBeUndefined();
    const attempted = { runId, ...places, claimant: 'first attempt' };
    await first.ledger.startRun('text', 'execution-d', attempted);
    expect(await findRun(place, 'execution-d')).toEqual(attempted);
    const second = newLedger();
    await second.ledger.startRun('text', 'execution-a', { runId: second.runId, ...places });
    expect(await findRun(place, 'execution-a')).toEqual({ runId: second.runId, ...places });
  });

  it('lists unfinished chunks in chunk order, and why their last try failed', async () => {
    const { ledger, runId } = newLedger();
    const place = { client: services.dynamo, table: services.table };
    const tasks = [40, 3, 5, 17].map((index) => ({ ...task, index }));
    for (const chunk of tasks) await ledger.start(chunk);
    const [slow, bad, fine, killed] = tasks;
    await ledger.fail(bad!, { attempt: 1 }, new TypeError('first'));
    await ledger.start(bad!);
    await ledger.fail(bad!, { attempt: 2 }, new RangeError('second'));
    await ledger.done(fine!, { attempt: 1 }, figures);
    const unfinished = await Array.fromAsync(readUnfinishedChunks(place, runId));
    const stateOf = (chunk = task) => ({ index: chunk.index, planned: plannedText(chunk) });
    expect(unfinished).toEqual([
      { ...stateOf(bad), status: 'failed', tries: 2 },
      { ...stateOf(killed), status: 'running', tries: 1 },
      { ...stateOf(slow), status: 'running', tries: 1 },
    ]);
    const errors = unfinished.map((chunk) => readTryError(place, runId, chunk));
    expect(await Promise.all(errors)).toEqual([
      { name: 'RangeError', message: 'second' },
      undefined,
      undefined,
    ]);
  });
});
