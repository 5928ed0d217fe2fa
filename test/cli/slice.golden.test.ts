import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { goldenPath, storedCsrCases } from '#test/support/golden.ts';
import { runHere } from './run-command.ts';

const PROFILES = ['typed', 'zero0', 'empty'] as const;

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function slice(file: string, ...options: string[]): Promise<Buffer> {
  const ended = await runHere(['slice', goldenPath(file), ...options]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
}

test('the golden set holds many stored CSR cases', () => {
  expect(storedCsrCases.length).toBeGreaterThan(40);
});

describe.each(storedCsrCases)('slice of $id', ({ file, shape, contract }) => {
  const ranges = contract.typed.chunks;

  test.each(PROFILES)('prints the whole text in profile %s', async (profile) => {
    const text = await slice(file, '--profile', profile);
    expect(sha256(text)).toBe(contract[profile].sha256);
  });

  test('prints the whole text as gzip', async () => {
    const bytes = await slice(file, '--compression', 'gzip');
    expect(sha256(gunzipSync(bytes))).toBe(contract.typed.sha256);
  });

  test('prints every range of rows as it was cut', async () => {
    for (const { rows, sha256: expected } of ranges) {
      expect(sha256(await slice(file, '--rows', rows.join(':')))).toBe(expected);
    }
  });

  test.each(['zero0', 'empty'] as const)('gives ranges that concatenate in %s', async (profile) => {
    const parts: Buffer[] = [];
    for (const { rows } of ranges) {
      parts.push(await slice(file, '--profile', profile, '--rows', rows.join(':')));
    }
    expect(ranges.at(-1)?.rows[1] ?? 0).toBe(shape[0]);
    expect(sha256(Buffer.concat(parts))).toBe(contract[profile].sha256);
  });
});
