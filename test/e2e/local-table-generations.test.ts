import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

let directory: string;
const inside = (name: string) => join(directory, name);

/** Adds a source of so many rows to the output, or puts it in its place. */
async function run(name: string, mode: string): Promise<void> {
  const asked = ['--schema', inside('schema.json'), '--rows-per-chunk', '2', '--mode', mode];
  const ended = await runHere(['local', 'run', inside(name), '--out', inside('out'), ...asked]);
  expect(ended.stderr).not.toContain('Error');
  expect(ended.code).toBe(0);
}

/** Files that are made again from a source, as printed; else the problem. */
async function derived(name: string): Promise<string> {
  const flags = ['--source', inside(name), '--sample', '9'];
  const { stdout, stderr } = await runHere(['verify', inside('out'), ...flags]);
  return /derived again and equal: (.*)\n$/.exec(stdout.toString())?.[1] ?? stderr;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'table-generations-'));
  await writeFile(inside('schema.json'), '{"id":"int"}');
  await writeFile(inside('first.csv'), 'id\n1\n2\n3\n');
  await writeFile(inside('second.jsonl'), '{"id":4}\n{"id":5}\n{"id":6}\n');
  await writeFile(inside('third.csv'), 'id\n7\n8\n9\n10\n11\n');
});
it('replaces partitions of a directory, which verify reads', {
  timeout: patience(30_000),
}, async () => {
  await writeFile(inside('days-1.csv'), 'id,day\n1,a\n2,b\n3,b\n');
  await writeFile(inside('days-2.csv'), 'id,day\n4,b\n5,c\n');
  const output = { partitionBy: ['day'] };
  await writeFile(
    inside('days.json'),
    JSON.stringify({ schema: { id: 'int', day: 'text' }, output }),
  );
  const place = ['--out', inside('days'), '--mode', 'overwrite-partitions'];
  const flags = ['--request', inside('days.json'), ...place];
  for (const name of ['days-1.csv', 'days-2.csv', 'days-2.csv']) {
    const ended = await runHere(['local', 'run', inside(name), ...flags]);
    expect(ended.code).toBe(0);
  }
  const { stdout } = await runHere(['verify', inside('days'), '--source', inside('days-1.csv')]);
  expect(stdout.toString()).toMatch(
    /verified 3 chunks of 2 generations, 3 rows, .*equal: chunks 0\n$/,
  );
  const pruned = await runHere(['prune', inside('days')]);
  expect(pruned.stdout.toString()).toMatch(/^data\/day=b\/chunk-000001.parquet .*\n.*list: 1,/);
});

afterAll(() => rm(directory, { recursive: true }));

it('verify --source makes files of each generation of a table again, from its own source', {
  timeout: patience(30_000),
}, async () => {
  await run('first.csv', 'append');
  await run('second.jsonl', 'append');
  expect(await derived('first.csv')).toBe('chunks 0, 1');
  expect(await derived('second.jsonl')).toBe('chunks 2, 3');
  expect(await derived('third.csv')).toMatch(/the source has 1 objects of 15 bytes/);

  await run('third.csv', 'overwrite');
  expect(await derived('third.csv')).toBe('chunks 0, 1, 2');
  expect(await derived('first.csv')).toMatch(/the source has 1 objects of 9 bytes/);
  await run('first.csv', 'append');
  expect(await derived('third.csv')).toBe('chunks 0, 1, 2');
  expect(await derived('first.csv')).toBe('chunks 3, 4');
});
