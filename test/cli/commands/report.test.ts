import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes, storedCsrCases } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

let stack: LocalStack;
let local: readonly string[];
let directory: string;
let executionArn: string;
let output: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'report-command-'));
  stack = await LocalStack.shared();
  local = ['--local', dirname(stack.cloud.logDirectory)];
  output = `s3://${stack.outputBucket}/report command/`;
  const source = await stack.putSource('report command', goldenBytes(tall.file));
  const request = { source, chunking: { rows: 700 }, output: { uri: output } };
  ({ executionArn } = await stack.runToSuccess(request));
}, patience(30_000));
afterAll(() => rm(directory, { recursive: true }));

describe('report', () => {
  it(
    'writes one file about a run, named by its execution or its output',
    async () => {
      for (const [at, asked] of [executionArn, output].entries()) {
        const file = join(directory, `${at}.html`);
        const ended = await runHere(['--json', 'report', asked, '--out', file, ...local]);
        expect(ended).toMatchObject({ code: 0, stderr: '' });
        const text = await readFile(file, 'utf8');
        expect(JSON.parse(ended.stdout.toString())).toMatchObject({
          ...{ file, bytes: Buffer.byteLength(text), state: 'complete', output, generation: 1 },
          unread: [],
        });
        expect(text).toMatch('<p class="state complete">Complete</p>');
      }
    },
    patience(20_000),
  );

  it(
    'says in a line how the run stands',
    async () => {
      const file = join(directory, 'prose.html');
      const { stdout } = await runHere(['report', output, '--out', file, ...local]);
      const [where, how] = stdout.toString().trimEnd().split('\n');
      expect(where).toMatch(/prose\.html \(\d+(\.\d)? KB\)$/);
      expect(how).toMatch(/^Complete: The output has [\d,]+ rows, each once and in order; /);
    },
    patience(10_000),
  );

  it(
    'fails at runs that there are none of, and at executions that had none',
    async () => {
      const never = await runHere(['report', `s3://${stack.outputBucket}/never/`, ...local]);
      expect(never).toMatchObject({ code: 1, stderr: expect.stringMatching('no run has claimed') });
      const { executionArn: failed } = await stack.run({ source: 'not a uri' });
      const ended = await runHere(['report', failed, ...local]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/^error: RequestError: execution .* has no run to report on: /);
      const folder = join(directory, 'none', 'x.html');
      const { code, stderr } = await runHere(['report', output, '--out', folder, ...local]);
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: `error: FileError: ${folder} does not exist\n`,
      });
    },
    patience(15_000),
  );
});
