import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliS3, startCliS3 } from './cli-s3.ts';
import { type Ended, runHere, runShell } from './run-command.ts';

const Bucket = 'bucket';

let cliS3: CliS3;
let request: string;

beforeAll(async () => {
  cliS3 = await startCliS3(Bucket);
  request = join(cliS3.directory, 'inbox.json');
  const body = {
    source: { inbox: { uri: `s3://${Bucket}/in/`, targetBytes: 10 } },
    schema: { id: 'int' },
    onBadRow: 'reject',
    output: { uri: `s3://${Bucket}/out/`, mode: 'append' },
  };
  await writeFile(request, JSON.stringify(body));
});

afterAll(() => cliS3.close());

async function inspect(flags = ''): Promise<Ended> {
  return await runShell(`export ${cliS3.environment}; cli inspect --request ${request} ${flags}`);
}

test('inspect says of an inbox what waits, what is due and what is set aside', async () => {
  await cliS3.s3.putObject({ Bucket, Key: 'in/a.csv', Body: 'id\n1\n2\n' });
  await cliS3.s3.putObject({ Bucket, Key: 'in/b.csv', Body: 'other\n1\n2\n' });
  const { stdout } = await inspect('--json');
  expect(JSON.parse(stdout.toString())).toMatchObject({
    ...{ inbox: 's3://bucket/in/', output: 's3://bucket/out/', generations: 0 },
    ...{ unfinished: null, in: 0, waiting: 2, waitingBytes: 17, due: 0, replaced: [] },
    setAside: [{ uri: 's3://bucket/in/b.csv', problem: expect.stringMatching(/b\.csv/) }],
  });
  await cliS3.s3.putObject({ Bucket, Key: 'in/c.csv', Body: 'id\n1\n2\n3\n4\n5\n' });
  const { stdout: text } = await inspect();
  expect(text.toString()).toMatch(/^waiting +3 objects, 30 bytes, the oldest since 20/m);
  expect(text.toString()).toMatch(/^due +1 object$/m);
  expect(text.toString()).toMatch(/^aside +s3:\/\/bucket\/in\/b\.csv/m);
});

test('inspect says of an inbox that a list waits for its run', async () => {
  const pin = { uri: 's3://bucket/in/a.csv', etag: 'a', versionId: null, size: 7 };
  const Body = `${JSON.stringify(pin)}\n`;
  await cliS3.s3.putObject({ Bucket, Key: 'out/_plan/objects-chosen.jsonl', Body });
  const { stdout } = await inspect();
  expect(stdout.toString()).toMatch(/^pending +generation 1 of 1 object$/m);
});

test('local run refuses an inbox by name', async () => {
  const out = join(cliS3.directory, 'files');
  const { code, stderr } = await runHere(['local', 'run', '--request', request, '--out', out]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/source\.inbox.*in the cloud of local up/);
});
