import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { convertCase } from '#support/tables/convert-case.ts';
import { readCases } from '#support/tables/table-case.ts';

const PACK = join(import.meta.dirname, '../fixtures/tables');
const SLICE_BYTES = 7_000;

let out: string;
let engine: Engine;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'table-cases-'));
  engine = await openEngine({ directory: out, memoryBytes: 400e6 });
});
afterAll(async () => {
  engine.close();
  await rm(out, { recursive: true });
});

/** Names, types and rows of Parquet files that follow each other. */
async function tableOf(paths: readonly string[]) {
  const text = `SELECT * FROM read_parquet([${paths.map((path) => `'${path}'`).join(', ')}])`;
  const columns = await engine.describe({ text });
  const rows = await engine.runSelect({ text });
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  return { columns, rows: rows.map((row) => JSON.stringify(row, plain)) };
}

async function filesOf(id: string, pattern: RegExp): Promise<string[]> {
  const names = (await readdir(join(out, id))).filter((name) => pattern.test(name)).sort();
  return names.map((name) => join(out, id, name));
}

async function expectedTable(file: string) {
  const copy = join(out, file.replaceAll('/', '-'));
  await copyFile(join(PACK, file), copy);
  return await tableOf([copy]);
}

function names(message: string, words: string): boolean {
  return words
    .split(' ')
    .every((word) =>
      word.split('|').some((one) => message.toLowerCase().includes(one.toLowerCase())),
    );
}

const CASES = readCases(PACK).map((each) => [each.id, each] as const);

describe('a small table with a trap', { timeout: patience(10_000) }, () => {
  it.each(CASES)('becomes what it says, or is refused by name: %s', async (id, asked) => {
    const refusal = await convertCase(PACK, asked, { out, sliceBytes: SLICE_BYTES });
    const answers = [asked.expected, asked.alsoRight ?? {}];
    if (refusal !== undefined) {
      const allowed = answers.flatMap(({ refused }) => refused ?? []);
      expect({ refusal, allowed: allowed.filter((words) => names(refusal, words)) }).toEqual({
        refusal,
        allowed: [expect.any(String)],
      });
      return;
    }
    const found = await tableOf(await filesOf(id, /\.parquet$/));
    const wanted = answers.flatMap(({ parquet }) => parquet ?? []);
    const tables = await Promise.all(wanted.map(expectedTable));
    expect(tables).toContainEqual(found);
    const rejects = await filesOf(id, /^rejects/);
    const texts = await Promise.all(rejects.map((path) => readFile(path, 'utf8')));
    const lines = texts.flatMap((text) => text.trim().split('\n'));
    expect(lines).toHaveLength(asked.expected.rejects ?? 0);
  });
});
