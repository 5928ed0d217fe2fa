import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { golden, runHere } from './run-command.ts';

interface Expected {
  readonly sha256: string;
  readonly chunks?: readonly {
    readonly rows: readonly [number, number];
    readonly sha256: string;
  }[];
}

interface Case {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly compressed: boolean;
  readonly shape: readonly [number, number];
  readonly contract: Readonly<Record<'typed' | 'zero0' | 'empty', Expected>>;
}

const { cases } = JSON.parse(await readFile(golden('cases.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};
const stored = cases.filter(({ format, compressed }) => format === 'csr' && !compressed);
const PROFILES = ['typed', 'zero0', 'empty'] as const;

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function slice(file: string, ...options: string[]): Promise<Buffer> {
  const ended = await runHere(['slice', golden(file), ...options]);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout;
}

test('the golden set holds many stored CSR cases', () => {
  expect(stored.length).toBeGreaterThan(40);
});

describe.each(stored)('slice of $id', ({ file, shape, contract }) => {
  const ranges = contract.typed.chunks ?? [];

  test.each(PROFILES)('prints the whole text in profile %s', async (profile) => {
    const text = await slice(file, '--profile', profile);
    expect(sha256(text)).toBe(contract[profile].sha256);
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
