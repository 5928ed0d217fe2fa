import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { BATCHES } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

let directory: string;
let batches: readonly string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-generation-'));
  batches = BATCHES.map((_, index) => join(directory, `${index}.npz`));
  for (const [index, path] of batches.entries()) await writeFile(path, writeNpz(BATCHES[index]!));
});
afterAll(() => rm(directory, { recursive: true }));

const inside = (name: string) => join(directory, name);

function run(sources: readonly string[], out: string, ...options: readonly string[]) {
  const chunks = ['--rows-per-chunk', '3', '--concurrency', '1'];
  const asked = [...sources, '--out', inside(out), ...chunks, ...options];
  return runHere(['--json', 'local', 'run', ...asked]);
}

async function textOf(out: string): Promise<string> {
  const path = join(inside(out), '_manifest', 'manifest.json');
  const { entries } = parseManifest(await readFile(path, 'utf8'));
  const names = entries.map(({ url }) => url.slice(url.lastIndexOf('/')));
  const texts = await Promise.all(names.map((name) => readFile(join(inside(out), 'data', name))));
  return Buffer.concat(texts).toString();
}

describe('local run --mode append', { timeout: patience(12_000) }, () => {
  it('makes one output of three batches, with a state or without; verify accepts it', async () => {
    const [first, second, third] = batches as [string, string, string];
    const state = ['--state', inside('state')];
    expect(await run([first], 'set', '--mode', 'append', ...state)).toMatchObject({ code: 0 });
    await cp(inside('set'), inside('torn'), { recursive: true });
    const added = await run([second], 'set', '--mode', 'append', ...state);
    expect(added).toMatchObject({ code: 0 });
    expect(JSON.parse(added.stdout.toString())).toMatchObject({ isNew: true, rows: 9, chunks: 4 });

    // As after a crash between the run and the copy: the state has the batch, but the directory
    // does not.
    expect(await run([second], 'torn', '--mode', 'append', ...state)).toMatchObject({ code: 0 });
    expect(await textOf('torn')).toBe(await textOf('set'));

    expect(await run([third], 'set', '--mode', 'append')).toMatchObject({ code: 0 });
    expect((await run(batches, 'whole')).code).toBe(0);
    expect(await textOf('set')).toBe(await textOf('whole'));

    const verified = await runHere([
      ...['verify', inside('set'), '--sample', '9', '--source'],
      ...batches,
    ]);
    expect(verified.stdout.toString()).toMatch(
      /verified 6 chunks of 3 generations, 15 rows.*derived again and equal: chunks 0, 1, 2, 3, 4, 5/,
    );
    const left = await readdir(directory);
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('reports that a batch is in the output already, and refuses one that does not fit', async () => {
    const before = await textOf('set');
    const again = await run([batches[1]!], 'set', '--mode', 'append');
    expect(JSON.parse(again.stdout.toString())).toMatchObject({ isNew: false, rows: 15 });
    const other = await run([batches[1]!], 'set', '--mode', 'append', '--header', 'first-chunk');
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/rows cannot be appended .*output\.text\.header/);
    expect(await textOf('set')).toBe(before);
  });
});
