import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { BATCHES, LONG, stacked } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const [first] = LONG.matrices;
const MATRICES = [stacked([first!, first!]), ...BATCHES.slice(1)];

/** The name of the source is part of each chunk's key, so that the manifest is long. */
const NAME = 'source-'.repeat(34);

let directory: string;
let sources: readonly string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-linked-'));
  sources = MATRICES.map((_, index) => join(directory, `${NAME}${index}.npz`));
  for (const [index, path] of sources.entries()) await writeFile(path, writeNpz(MATRICES[index]!));
});
afterAll(() => rm(directory, { recursive: true }));

const TIMEOUT = { timeout: patience(60_000) };

it('appends to a directory where only a link says what comes before', TIMEOUT, async () => {
  const out = join(directory, 'out');
  const chunks = ['--rows-per-chunk', '1', '--concurrency', '9'];
  const add = (path: string) =>
    runHere(['--json', 'local', 'run', path, '--out', out, '--mode', 'append', ...chunks]);
  for (const path of sources) expect(await add(path)).toMatchObject({ code: 0 });
  const manifest = parseManifest(await readFile(join(out, '_manifest', 'manifest.json'), 'utf8'));
  expect(manifest.earlier).toHaveLength(1);
  expect(manifest.generations.map(({ generation }) => generation)).toEqual([2, 3]);
  const again = await add(sources[0]!);
  expect(JSON.parse(again.stdout.toString())).toMatchObject({ isNew: false, rows: 190 });
  const verified = await runHere(['verify', out, '--sample', '4', '--source', ...sources]);
  expect(verified.stdout.toString()).toMatch(/verified 190 chunks of 3 generations, 190 rows/);
});
