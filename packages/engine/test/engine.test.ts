import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, openEngine } from '#engine/engine.ts';

let directory: string;
let engine: Engine;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'engine-'));
  engine = await openEngine({ directory, memoryBytes: 200e6 });
});

afterAll(async () => {
  engine.close();
  await rm(directory, { recursive: true });
});

describe('the engine', () => {
  it('gives the rows of a SELECT with its values bound', async () => {
    const select = { text: 'SELECT $1 AS text, 2 AS number', values: ["it's; DROP"] };
    expect(await engine.runSelect(select)).toEqual([{ text: "it's; DROP", number: 2 }]);
  });

  it.each([
    "SELECT * FROM read_text('/etc/hostname')",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    'SET threads = 2',
    'LOAD httpfs',
  ])('refuses %s', async (text) => {
    await expect(engine.runSelect({ text })).rejects.toThrow();
  });
});
