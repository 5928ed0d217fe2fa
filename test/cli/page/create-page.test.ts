import { PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPage } from '#cli/page/create-page.ts';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;
const HOSTILE = '<script>alert(1)</script>';

let stack: LocalStack;
let answer: ReturnType<typeof createPage>;
let executionArn: string;
let name: string;

beforeAll(async () => {
  stack = await LocalStack.shared();
  answer = createPage({
    ...{ s3: stack.s3, dynamo: stack.dynamo, states: stack.states },
    table: stack.output('LedgerTableName'),
    stateMachineArn: stack.output('StateMachineArn'),
    outputBucket: stack.outputBucket,
  });
  const source = await stack.putSource('page of tall', goldenBytes(tall.file));
  executionArn = await stack.startExecution({ source, chunking: { rows: 500 } });
  await stack.expectSucceeded(executionArn);
  name = executionArn.split(':').at(-1)!;
}, patience(20_000));

async function ask(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await answer(new Request(new URL(path, 'http://127.0.0.1/')));
  expect(response.headers.get('content-security-policy')).toMatch("default-src 'none'");
  return { status: response.status, text: await response.text() };
}

describe('the pages of a deployment', () => {
  it('list executions, with links to reports and outputs', async () => {
    const { status, text } = await ask('/');
    expect(status).toBe(200);
    expect(text).toMatch(`<a href="/executions/${name}">`);
    expect(text).toMatch(`<a href="/runs/${name}">`);
    expect(text).toMatch('<a href="/objects?prefix=page%20of%20tall');
  });

  it('show an execution with its states and Map runs', async () => {
    const { text } = await ask(`/executions/${name}`);
    expect(text).toMatch('SUCCEEDED, from 20');
    expect(text).toMatch(/<th scope="row">Plan<\/th><td>1<\/td><td>1<\/td>/);
    expect(text).toMatch(/<th scope="row">WriteChunks<\/th><td>1<\/td><td>1<\/td>/);
    expect(text).toMatch('Map runs');
    expect(text).not.toMatch('http-equiv="refresh"');
  });

  it('show the report on the run of an execution', async () => {
    const { text } = await ask(`/runs/${name}`);
    expect(text).toMatch('<p class="state complete">Complete</p>');
    expect(text).toMatch('yes</b> Audit trail: every try and its end.');
    expect(text).toMatch('What a try spends');
  });

  it('show the objects of an output, and their first rows', async () => {
    const { text } = await ask('/objects?prefix=page%20of%20tall');
    const [, href] = /href="([^"]*chunk-000000\.csv)"/.exec(text)!;
    const rows = await ask(href!);
    expect(rows.status).toBe(200);
    expect(rows.text).toMatch(/<pre tabindex="0"><code>[\d,.]+\n/);
  });

  it('leave names and contents of objects texts', async () => {
    const put = { Bucket: stack.outputBucket, Key: `hostile/${HOSTILE}`, Body: HOSTILE };
    await stack.s3.send(new PutObjectCommand(put));
    const list = await ask('/objects?prefix=hostile/');
    expect(list.text).toMatch('&lt;script&gt;');
    const object = await ask(`/object?key=${encodeURIComponent(put.Key)}`);
    expect(object.text).toMatch('&lt;script&gt;');
    for (const { text } of [list, object, await ask(`/objects?prefix=${HOSTILE}`)]) {
      expect(text).not.toMatch('<script');
    }
  });

  it.each([
    '/executions/never',
    '/executions/%3Cscript%3E',
    '/runs/never',
    '/object?key=never',
    '/never',
    '/%E0%A4%A',
  ])('say that there is nothing at %s', async (path) => {
    const { status, text } = await ask(path);
    expect(status).toBe(404);
    expect(text).not.toMatch('<script');
  });
});
