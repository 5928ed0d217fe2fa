import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRequest } from '#core/request/request.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { patience } from '#support/patience.ts';
import { runShell } from '#test/cli/run-command.ts';

const root = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', root), 'utf8');

/** The command lines that the README shows, without their comments. */
const commands = [...readme.matchAll(/^npx sparse-fanout (.*?)(?:\s+#.*)?$/gm)].map(
  ([, command]) => command!,
);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-readme-'));
  const rows = 60;
  const matrix = {
    shape: [rows, 5],
    dtype: 'float64' as const,
    indptr: Array.from({ length: rows + 1 }, (_, row) => row),
    indices: Array.from({ length: rows }, (_, row) => row % 5),
    data: Array.from({ length: rows }, (_, row) => row / 3),
  };
  await writeFile(join(directory, 'x.npz'), writeNpz(matrix));
  await writeFile(join(directory, 'events.csv'), 'id,city\n1,Bonn\n2,Oslo\n');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('README.md', () => {
  it('shows one line for the main job and one for the tests', () => {
    expect(readme).toMatch(/^npm ci && npm run demo$/m);
    expect(readme).toMatch(/^npm ci && npm test$/m);
  });

  it(
    'shows command lines that work, in their order',
    async () => {
      expect(commands.length).toBeGreaterThanOrEqual(4);
      for (const command of commands) {
        const { code, stderr } = await runShell(`cd ${directory}; cli ${command}`);
        expect(`${command}: ${code}`, stderr).toBe(`${command}: 0`);
      }
    },
    patience(12_000),
  );
});

describe('examples', () => {
  it.each(['smallest', 'exact-rows', 'one-file-with-header', 'dry-run'])(
    'has a request that is accepted: %s',
    async (name) => {
      const text = await readFile(new URL(`examples/${name}.json`, root), 'utf8');
      expect(parseRequest(JSON.parse(text)).source.uris).toEqual(['s3://my-data/features.npz']);
    },
  );

  it.each(['append', 'overwrite'])('has a request of mode %s', async (mode) => {
    const text = await readFile(new URL(`examples/${mode}.json`, root), 'utf8');
    expect(parseRequest(JSON.parse(text)).output.mode).toBe(mode);
  });
});
