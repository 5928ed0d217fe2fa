import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csrMembers } from '#support/npz/write-npz.ts';
import { writeZip } from '#support/npz/zip.ts';
import { runHere } from '#test/cli/run-command.ts';

const MATRIX = { shape: [1, 1], dtype: 'int8', indptr: [0, 1], indices: [0], data: [1] } as const;

test('inspect names what lies in a file, or in a folder, and is not used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inspect-'));
  try {
    const members = { ...csrMembers(MATRIX), 'scale.npy': Buffer.of(1) };
    const file = join(folder, 'x.npz');
    await writeFile(file, writeZip(members));
    const ended = await runHere(['inspect', file]);
    expect(ended.stdout.toString()).toMatch(/^ignored +scale\.npy in .*x\.npz$/m);
    await rm(file);
    for (const [name, bytes] of Object.entries(members)) await writeFile(join(folder, name), bytes);
    const { stdout } = await runHere(['inspect', `${folder}/`, '--json']);
    const { ignored } = JSON.parse(stdout.toString());
    expect(ignored).toEqual([expect.stringMatching(/^scale\.npy in .*\/$/)]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
