import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { golden, goldenPath } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';

const PROFILES = ['typed', 'zero0', 'empty'] as const;

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function slice(file: string, ...options: string[]): Promise<Buffer> {
  const ended = await runHere(['slice', goldenPath(file), ...options]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
}

test('the golden set holds matrices of SciPy, bundles and files of other formats', () => {
  expect(golden.cases).toHaveLength(54);
  expect(golden.bundles).toHaveLength(3);
  expect(golden.later).toHaveLength(10);
});

describe.each(golden.cases)('slice of $id', ({ file, shape, contract }) => {
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

test.each([
  ...golden.bundles.map(({ dir, typed }) => [dir, typed] as const),
  ...golden.later.map(({ file, sha256: text }) => [file, text] as const),
])('slice of %s prints what its own library reads, plain and as gzip', async (path, expected) => {
  expect(sha256(await slice(path))).toBe(expected);
  expect(sha256(gunzipSync(await slice(path, '--compression', 'gzip')))).toBe(expected);
});

test('slice stacks the rows of several sources in the given order', async () => {
  const [first, second] = ['inputs/zip-zip64.npz', 'inputs/zip-reordered.npz'] as const;
  const ended = await runHere(['slice', ...[first, second, first].map(goldenPath)]);
  const parts = [await slice(first), await slice(second), await slice(first)];
  expect(ended.stdout).toEqual(Buffer.concat(parts));
});
