import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenPath, storedCsrCases } from '#support/golden.ts';
import { LocalUp } from '#support/local-up.ts';
import { patience } from '#support/patience.ts';

const SCRIPT = new URL('boto3_client.py', import.meta.url).pathname;

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

const found = spawnSync('python3', ['-c', 'import boto3']);
const missing = found.error ? 'python3' : 'boto3';

/** This machine's environment without the variables of AWS. */
const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));

let directory: string;
let up: LocalUp;

async function play(scenario: string) {
  const args = [SCRIPT, scenario, JSON.stringify(up.printed.outputs), goldenPath(tall.file)];
  const env = { ...Object.fromEntries(foreign), ...up.printed.variables };
  const { stdout } = await promisify(execFile)('python3', args, { env });
  return JSON.parse(stdout);
}

describe.skipIf(found.status !== 0)(
  `boto3 against local up (needs python3 with boto3${found.status === 0 ? '' : `; ${missing} is missing`})`,
  { timeout: patience(9_000) },
  () => {
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-boto3-'));
      up = await LocalUp.start(join(directory, 'state'));
    });
    afterAll(async () => {
      await up.end('SIGINT');
      await rm(directory, { recursive: true, force: true });
    });

    it('uploads a matrix, and without any other command the manifest appears', async () => {
      const seen = await play('upload');
      expect(seen.totals).toMatchObject({
        rows: tall.shape[0],
        bytes: tall.contract.typed.bytes,
      });
      expect(seen).toMatchObject({
        status: 'SUCCEEDED',
        firstState: 'Plan',
        mapRun: { status: 'SUCCEEDED', redrives: 0, children: ['SUCCEEDED'] },
      });
      expect(seen.machines).toHaveLength(1);
      expect(seen.events[0]).toBe('ExecutionStarted');
      expect(seen.events).toContain('MapRunSucceeded');
      expect(seen.events.at(-1)).toBe('ExecutionSucceeded');
    });

    it('redrives a failed execution to success', async () => {
      const { failed, ended, events } = await play('redrive');
      expect(failed).toEqual({
        status: 'FAILED',
        error: 'IncompleteRunError',
        redriveStatus: 'REDRIVABLE',
      });
      expect(ended).toEqual({ status: 'SUCCEEDED', redriveCount: 1 });
      expect(events.filter((type: string) => /^Execution|^MapRunS/.test(type))).toEqual([
        'ExecutionStarted',
        'MapRunStarted',
        'MapRunSucceeded',
        'ExecutionFailed',
        'ExecutionRedriven',
        'ExecutionSucceeded',
      ]);
    });

    it('stops an execution while it writes, and redrives what is missing', async () => {
      const { stopped, ended, mapRun } = await play('stop');
      expect(stopped).toEqual({ status: 'ABORTED', error: 'Manual', cause: 'changed my mind' });
      expect(ended).toEqual({ status: 'SUCCEEDED', redriveCount: 1 });
      expect(mapRun).toMatchObject({ status: 'SUCCEEDED', redrives: 1 });
      expect(mapRun.items.succeeded).toBe(mapRun.items.total);
    });

    it('sends and receives a large file in parts', async () => {
      expect(await play('transfer')).toEqual({ isEqual: true, parts: 3 });
    });

    it('fails with the messages of AWS', async () => {
      const seen: Record<string, string> = await play('refused');
      expect(Object.keys(seen)).toHaveLength(3);
      for (const [expected, code] of Object.entries(seen)) expect(code).toBe(expected);
    });
  },
);
