import { expect, test } from 'vitest';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

test('the stack takes in what arrives, and waits for more', {
  timeout: patience(15_000),
}, async () => {
  const stack = await LocalStack.shared();
  await stack.putSource('inbox-e2e/1.csv', Buffer.from('id\n1\n2\n'));
  const source = await stack.putSource('inbox-e2e/2.csv', Buffer.from('id\n3\n'));
  await stack.putSource('inbox-e2e/3.csv', Buffer.from('name\nx\n'));
  const request = {
    source: { inbox: { uri: source.replace('2.csv', ''), targetBytes: 10, largeBytes: 100 } },
    ...{ schema: { id: 'int' }, onBadRow: 'reject' },
    output: { uri: `s3://${stack.outputBucket}/taken-in/`, mode: 'append', format: 'csv' },
  };
  const first = (await stack.runToSuccess(request)).output;
  expect(first).toMatchObject({ generation: 1, totals: { rows: 3, chunks: 1 } });
  const second = (await stack.runToSuccess(request)).output;
  expect(second).toMatchObject({ decision: 'waiting', waiting: { objects: 1, setAside: [] } });
  await stack.putSource('inbox-e2e/4.csv', Buffer.from('id\n4\n5\n6\n7\n'));
  const third = (await stack.runToSuccess(request)).output;
  expect(third).toMatchObject({ generation: 2, totals: { rows: 7, chunks: 2 } });
});
