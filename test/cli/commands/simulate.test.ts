import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

test('simulate says how long a run of a size takes, what binds it and what it costs', async () => {
  const ended = await runHere(['simulate', '--text', '1TB']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const said = ended.stdout.toString();
  expect(said).toMatch(/^text +1 TB in 1,863 chunks, 1 TB stored\ntime +\d+ s \(/);
  expect(said).toMatch(/limit +limits\.concurrency; raise it/);
  expect(said).toMatch(/price +\$0\.\d\d to write, \$23 a month to keep/);
});

test('simulate prints the same object each time, and takes settings', async () => {
  const args = ['simulate', '--text', '2TB', '--compression', 'gzip', '--json'];
  const [first, again] = [await runHere(args), await runHere(args)];
  expect(first.stdout.toString()).toBe(again.stdout.toString());
  const run = JSON.parse(first.stdout.toString());
  expect(run).toMatchObject({ chunks: 233, storedBytes: 2e10, simulated: { throttles: 0 } });
  const small = await runHere([...args, '--account-concurrency', '10']);
  const { simulated, binds } = JSON.parse(small.stdout.toString());
  expect(simulated.throttles).toBeGreaterThan(100);
  expect(binds).toBe('account');
});

/**
 * Says at the end, on stderr, what the process has used. `maxRSS` of Linux would be that of the
 * tests, whose fork the process was; the high-water mark of its memory is its own.
 */
const USED = `data:text/javascript,import { readFileSync } from 'node:fs'; process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const [, kilobytes] = /VmHWM:\\s+([0-9]+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  const seconds = (userCPUTime + systemCPUTime) / 1e6;
  process.stderr.write(JSON.stringify({ seconds, rssBytes: kilobytes * 1024 }));
})`;

test.runIf(process.platform === 'linux')(
  'a million chunks take 5 s of one processor and 200 MB at most',
  { timeout: patience(20_000) },
  async () => {
    const args = ['--json', 'simulate', '--text', '536870912MB'];
    const script = ['--max-semi-space-size=2', '--import', USED, 'bin/sparse-fanout.ts', ...args];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, script);
    expect(JSON.parse(stdout)).toMatchObject({ chunks: 1_000_000 });
    const { seconds, rssBytes } = JSON.parse(stderr);
    expect(seconds * 1_000).toBeLessThan(patience(5_000));
    expect(rssBytes).toBeLessThan(200e6);
  },
);

test('simulate refuses what is no size', async () => {
  const ended = await runHere(['simulate', '--text', 'much']);
  expect(ended).toMatchObject({ code: 2 });
  expect(ended.stderr).toContain('Allowed are bytes such as 64M');
});
