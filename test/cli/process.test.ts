import { describe, expect, test } from 'vitest';
import { goldenBytes, goldenPath, storedCsrCases } from '#support/golden.ts';
import manifest from '../../package.json' with { type: 'json' };
import { runHere, runShell } from './run-command.ts';

const SOURCE = goldenPath('inputs/tall.npz');

describe('the command line as a process', () => {
  test('prints data on stdout and nothing on stderr', async () => {
    const ended = await runShell(`cli slice ${SOURCE}`);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const tall = storedCsrCases.find(({ id }) => id === 'tall');
    const expected = goldenBytes(tall!.contract.typed.file);
    expect(ended.stdout.equals(expected)).toBe(true);
  });

  test('ends without a message when its reader closes the pipe', async () => {
    const ended = await runShell(
      `set -o pipefail; cli slice ${SOURCE} | head -c 0; echo "\${PIPESTATUS[@]}"`,
    );
    expect(ended.stderr).toBe('');
    expect(ended.stdout.toString()).toBe('0 0\n');
  });

  test('shows help with examples for every command', async () => {
    const commands = [
      ...['', 'run', 'watch', 'status', 'redrive', 'cancel', 'slice', 'inspect', 'verify', 'jobs'],
      ...['prune', 'local run', 'local up'],
    ];
    for (const command of commands) {
      const ended = await runHere([...command.split(' ').filter(Boolean), '--help']);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
      expect(ended.stdout.toString()).toContain('Examples:\n  $ npx sparse-fanout ');
    }
  });

  test('says its version, in any directory', async () => {
    const ended = await runShell('cd /; cli --version');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.toString()).toBe(`${manifest.version}\n`);
  });

  test('fails with one line, and shows the stack only when asked', async () => {
    const folder = goldenPath('inputs');
    const plain = await runShell(`cli slice ${folder} --order key`);
    expect(plain.code).toBe(1);
    expect(plain.stderr.trimEnd().split('\n')).toHaveLength(1);
    const debug = await runShell(`SPARSE_FANOUT_DEBUG=1 cli slice ${folder} --order key`);
    expect(debug.code).toBe(1);
    expect(debug.stderr).toMatch(/\n\s+at /);
  });
});
