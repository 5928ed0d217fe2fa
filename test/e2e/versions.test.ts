import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { golden, goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';

let stack: LocalStack;
let Bucket: string;

beforeAll(async () => {
  // Not the shared stack: the sources of other tests have no versions.
  stack = await LocalStack.start();
  Bucket = stack.output('SourceBucketName');
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await stack.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
});
afterAll(() => stack.close());

const counts = goldenBytes('inputs/dtype-int64.npz');
const other = goldenBytes('inputs/dtype-int8.npz');
const chunking = { rows: 5 };

async function put(Key: string, Body: Uint8Array) {
  const { VersionId = '' } = await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  return { uri: `s3://${Bucket}/${Key}`, versionId: VersionId };
}

async function manifestOf(uri: string): Promise<Manifest> {
  return JSON.parse((await stack.read(uri)).toString());
}

/** Waits for the execution that an event starts. */
async function startedByEvent(): Promise<string> {
  const list = new ListExecutionsCommand({ stateMachineArn: stack.output('StateMachineArn') });
  const look = async () => (await stack.states.send(list)).executions?.at(0)?.executionArn;
  await expect.poll(look).toBeDefined();
  return (await look()) ?? '';
}

describe('a source bucket that keeps versions', () => {
  it('makes one run of an object, by its event, from the console, and with its version', async () => {
    const source = await put('arrived.npz', counts);
    const byEvent = await stack.expectSucceeded(await startedByEvent());
    const { runId, source: pin } = await manifestOf(byEvent.output.manifest);
    expect(pin).toMatchObject(source);
    for (const asked of [source.uri, { uri: source.uri }, source]) {
      const ended = await stack.runToSuccess({ source: asked });
      expect(ended.output).toMatchObject({ decision: 'complete', runId });
    }
    const next = await put('arrived.npz', other);
    expect((await stack.runToSuccess({ source: next.uri })).output.runId).not.toBe(runId);
    const named = await stack.runToSuccess({ source });
    expect(named.output).toMatchObject({ decision: 'complete', runId });
  });

  it('goes on with the version that Plan saw when another takes its place', async () => {
    const { file, contract } = golden.cases.find(({ id }) => id === 'fmt-coo-dups')!;
    const source = await put('replaced', goldenBytes(file));
    const executionArn = await stack.startExecution({ source: source.uri, chunking });
    await expect.poll(() => stack.keys('_staged/')).toContainEqual(expect.stringMatching(/jobs/));
    await put('replaced', Buffer.from('no matrix'));
    const ended = await stack.expectSucceeded(executionArn);
    const { source: pin, entries } = await manifestOf(ended.output.manifest);
    expect(pin).toMatchObject(source);
    const chunks = await Promise.all(entries.map(({ url }) => stack.read(url)));
    const expected = Buffer.from(goldenBytes(contract.typed.file)).toString();
    expect(Buffer.concat(chunks).toString()).toBe(expected);
  });

  it('reports a failure by the version that failed, though another took its place', async () => {
    const source = await put('broken', goldenBytes('invalid/index-too-big.npz'));
    await put('broken', counts);
    const output = { uri: `s3://${stack.outputBucket}/broken/` };
    const request = { source, output, chunking: { rows: 1 } };
    expect(await stack.run(request)).toMatchObject({ status: 'FAILED' });
    const report = 'broken/_manifest/failures.json';
    await expect.poll(() => stack.keys('broken/')).toContain(report);
    const text = await stack.read(`s3://${stack.outputBucket}/${report}`);
    const { sourceProblem, chunks } = JSON.parse(text.toString());
    expect(sourceProblem).toBeNull();
    const { error, sourceBytes, reproduce } = chunks[0];
    expect(error).toMatchObject({ name: 'CorruptSourceError' });
    expect(sourceBytes).toHaveProperty('indices');
    expect(reproduce).toContain(`slice ${source.uri} --rows`);
    expect(reproduce).toContain(`--version-id ${source.versionId}`);
  });

  it('fails by name on a source whose newest version is a delete marker', async () => {
    const { uri, versionId } = await put('deleted', counts);
    const { VersionId: marker } = await stack.s3.send(
      new DeleteObjectCommand({ Bucket, Key: 'deleted' }),
    );
    const failed = await stack.run({ source: uri });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'SourceNotFoundError' });
    expect(failed.cause).toContain('its newest version is a delete marker; remove the marker');
    const named = await stack.runToSuccess({ source: { uri, versionId } });
    const removed = { Bucket, Key: 'deleted', VersionId: marker };
    await stack.s3.send(new DeleteObjectCommand(removed));
    const again = await stack.runToSuccess({ source: uri });
    expect(again.output).toMatchObject({ decision: 'complete', manifest: named.output.manifest });
  });

  it('is asked for nothing that its roles may not do', async () => {
    const { Status } = await stack.s3.send(new GetBucketVersioningCommand({ Bucket }));
    expect(Status).toBe('Enabled');
    expect(stack.cloud.denials).toEqual([]);
    expect(stack.cloud.undelivered).toEqual([]);
  });
});
