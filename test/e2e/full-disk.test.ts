import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { runShell } from '#test/cli/run-command.ts';

const ROWS = 1_000;
const PER_ROW = 1_000;

let directory: string;
let source: string;

beforeAll(async () => {
  // Made here, as the limit below would fail it.
  await cloudAssembly(new AbortController().signal);
  directory = await mkdtemp(join(tmpdir(), 'full-disk-'));
  source = join(directory, 'matrix.npz');
  await saveNpz(source, {
    shape: [ROWS, PER_ROW],
    indptr: Int32Array.from({ length: ROWS + 1 }, (_, row) => row * PER_ROW),
    indices: Int32Array.from({ length: ROWS * PER_ROW }, (_, at) => at % PER_ROW),
    data: new BigInt64Array(ROWS * PER_ROW).fill(7n),
  });
});

afterAll(() => rm(directory, { recursive: true }));

it.runIf(process.platform === 'linux')(
  'local run ends at once with one sentence when its disk takes no more, and leaves nothing',
  async () => {
    const place = join(directory, 'limited');
    await mkdir(place);
    const began = performance.now();
    // No file of more than 4 MiB; the source is uploaded in parts of 8 MiB.
    const command = `cli local run ${source} --out ${join(place, 'sub', 'out')}`;
    const ended = await runShell(`ulimit -f 4096; ${command}`);
    expect(ended.code).toBe(1);
    const lines = ended.stderr.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(
      /^error: StorageFailed: \/\S+ takes no more bytes: a file would pass the size that this process may write \(EFBIG\); \d+\.\d of \d+\.\d MB are free there; make room there/,
    );
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(await readdir(place)).toEqual([]);
  },
);
