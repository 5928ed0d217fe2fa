import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { BATCHES, stacked } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import type { Execution } from '#support/stack-client.ts';

let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.shared();
});

const chunking = { rows: 3 };

function outputAt(name: string, mode = 'append') {
  return { uri: `s3://${stack.outputBucket}/${name}/`, mode };
}

async function requestOf(name: string, batch: number): Promise<object> {
  const source = await stack.putSource(`${name}-${batch}`, writeNpz(BATCHES[batch]!));
  return { source, output: outputAt(name), chunking };
}

async function append(name: string, batch: number): Promise<Execution> {
  return await stack.runToSuccess(await requestOf(name, batch));
}

/** Appends a batch that may be refused. */
async function tryToAppend(name: string, batch: number): Promise<Execution> {
  return await stack.run(await requestOf(name, batch));
}

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

async function textOf(name: string): Promise<string> {
  const { entries } = await manifestOf(name);
  const chunks = await Promise.all(entries.map(({ url }) => stack.read(url)));
  return Buffer.concat(chunks).toString();
}

describe('output.mode append', () => {
  it('makes of three batches byte for byte the chunks of one run over all of them', async () => {
    for (const batch of [0, 1, 2]) {
      expect(await append('daily', batch)).toMatchObject({ output: { generation: batch + 1 } });
    }
    const source = await stack.putSource('stacked', writeNpz(stacked(BATCHES)));
    await stack.runToSuccess({ source, output: outputAt('whole', 'create'), chunking });
    expect(await textOf('daily')).toBe(await textOf('whole'));
    const [daily, whole] = [await manifestOf('daily'), await manifestOf('whole')];
    expect(daily.facts).toEqual(whole.facts);
    expect(daily.totals).toMatchObject({ crc32: whole.totals.crc32, rows: whole.totals.rows });
    expect(daily.generations?.map(({ rowStart, rowEnd }) => [rowStart, rowEnd])).toEqual([
      [0, 5],
      [5, 9],
      [9, 15],
    ]);
  });

  it('reports that a batch is in the output already, and writes nothing', async () => {
    const before = await stack.keys('daily/');
    for (const batch of [0, 1, 2]) {
      expect(await append('daily', batch)).toMatchObject({ output: { decision: 'complete' } });
    }
    expect(await stack.keys('daily/')).toEqual(before);
  });

  it('accepts one of two appends at once; the other is refused, and succeeds when repeated', async () => {
    await append('race', 0);
    const ended = await Promise.all([tryToAppend('race', 1), tryToAppend('race', 2)]);
    const lost = ended.findIndex(({ status }) => status === 'FAILED');
    // They may still have run one after the other.
    if (lost >= 0) {
      expect(ended[lost]).toMatchObject({ error: 'OutputConflictError' });
      expect(ended[lost]!.cause).toMatch(/being written by another run .*then repeat this one/);
      expect(await append('race', lost + 1)).toMatchObject({ output: { generation: 3 } });
    }
    const { generations = [], totals } = await manifestOf('race');
    expect(generations.map(({ chunks }) => chunks)).toHaveLength(3);
    expect(totals.rows).toBe(15);
  });

  it('fails for rows that do not fit before anything is written, and names every difference', async () => {
    const before = await stack.keys('daily/');
    const source = await stack.putSource('other', goldenBytes('inputs/dtype-int64.npz'));
    const output = { ...outputAt('daily'), text: { header: 'first-chunk' } };
    const ofText = await stack.run({ source, output });
    expect(ofText).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(ofText.cause).toMatch(/output\.text\.header is \\?"first-chunk\\?", there \\?"none\\?"/);
    const ofMatrix = await stack.run({ source, output: outputAt('daily') });
    expect(ofMatrix).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(ofMatrix.cause).toMatch(/number of columns is 9, there 7; the dtype is .*int64/);
    expect(await stack.keys('daily/')).toEqual(before);
  });

  it('plans a dry run after the rows that are there, without writing anything', async () => {
    const before = await stack.keys('daily/');
    const source = await stack.putSource('dry', writeNpz(BATCHES[1]!));
    const output = outputAt('daily');
    const ended = await stack.runToSuccess({ source, output, chunking, dryRun: true });
    expect(ended.output).toMatchObject({ decision: 'dry-run', summary: { rows: 4, chunks: 2 } });
    expect(await stack.keys('daily/')).toEqual(before);
  });

  it('can skip a batch that can never be finished, as docs/operations.md says', async () => {
    const output = outputAt('stuck');
    await append('stuck', 0);
    const corrupt = { ...BATCHES[1]!, indices: BATCHES[1]!.indices.map(() => 99) };
    const bad = await stack.putSource('stuck-bad', writeNpz(corrupt));
    const failed = await stack.run({ source: bad, output, chunking });
    expect(failed).toMatchObject({ status: 'FAILED' });
    const refused = await tryToAppend('stuck', 2);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    const leftOvers = /-000002\.jsonl?$|data\/chunk-00000[2-9]/;
    for (const Key of (await stack.keys('stuck/')).filter((key) => leftOvers.test(key))) {
      await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
    }
    expect(await append('stuck', 2)).toMatchObject({ output: { generation: 2 } });
    expect(await append('stuck', 1)).toMatchObject({ output: { generation: 3 } });
  });

  it('refuses a run that does not append, and says how to append', async () => {
    const source = await stack.putSource('alone', writeNpz(BATCHES[1]!));
    const ended = await stack.run({ source, output: outputAt('daily', 'create') });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(ended.cause).toMatch(/belongs to another run .*output\.mode \\*"append/);
  });
});
