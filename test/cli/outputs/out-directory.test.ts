import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  assertHoldsRun,
  type FinishedRun,
  heldManifest,
  publishRun,
} from '#cli/outputs/out-directory.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { goldenPath } from '#support/golden.ts';
import { writeRun } from '#test/cli/write-run.ts';

const SIGNAL = new AbortController().signal;
const RUN_ID = '0123456789abcdef0123456789abcdef';

let base: string;
let out: string;
/** A run in another directory, opened as if it lay in S3. */
let run: FinishedRun;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'out-directory-'));
  out = join(base, 'out');
  const stored = join(base, 'stored');
  await writeRun(stored, goldenPath('inputs/dtype-int32.npz'), 10);
  run = {
    manifestText: await readFile(join(stored, '_manifest', 'manifest.json'), 'utf8'),
    open: async (uri) => memorySource(await readFile(join(stored, 'data', basename(uri)))),
  };
});

afterEach(() => rm(base, { recursive: true }));

async function filesBelow(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return Object.fromEntries(paths.map((path, at) => [path.slice(directory.length), texts[at]!]));
}

describe('an --out directory', () => {
  test('receives the chunks and the manifest of a run; nothing is left beside it', async () => {
    await publishRun(run, out, SIGNAL);
    expect(await filesBelow(out)).toEqual(await filesBelow(join(base, 'stored')));
    expect(await readdir(base)).toEqual(['out', 'stored']);
  });

  test('gets chunks without a copy where the run can link them, and checks their CRC-32', async () => {
    const from = (uri: string) => join(base, 'stored', 'data', basename(uri));
    const opened: string[] = [];
    const open: FinishedRun['open'] = (uri) => {
      opened.push(uri);
      return run.open(uri);
    };
    const entries = parseManifest(run.manifestText).entries;
    const linked =
      (crc32?: string): FinishedRun['link'] =>
      async (uri, path) => {
        const entry = entries.find(({ url }) => url === uri)!;
        await link(from(uri), path);
        return { size: entry.meta.content_length, crc32: crc32 ?? entry.crc32 };
      };
    await publishRun({ ...run, open, link: linked() }, out, SIGNAL);
    expect(opened).toEqual([]);
    const name = basename(entries[0]!.url);
    expect((await stat(join(out, 'data', name))).ino).toBe((await stat(from(name))).ino);
    // Of a compressed chunk the store knows another CRC-32, so its content is read.
    await publishRun({ ...run, link: linked('00000000') }, join(base, 'read'), SIGNAL);
    await writeFile(from(name), 'x'.repeat(entries[0]!.meta.content_length));
    const damaged = publishRun({ ...run, link: linked('00000000') }, join(base, 'no'), SIGNAL);
    await expect(damaged).rejects.toThrow('is not the object that the manifest lists');
    expect(await readdir(base)).toEqual(['out', 'read', 'stored']);
  });

  test('may be there already when it is empty', async () => {
    await mkdir(out);
    expect(await heldManifest(out)).toBeUndefined();
    await publishRun(run, out, SIGNAL);
    expect((await heldManifest(out))?.runId).toBe(RUN_ID);
  });

  test('of the same run is not changed by a second process that ends later', async () => {
    await Promise.all([publishRun(run, out, SIGNAL), publishRun(run, out, SIGNAL)]);
    expect(await filesBelow(out)).toEqual(await filesBelow(join(base, 'stored')));
    expect(await readdir(base)).toEqual(['out', 'stored']);
  });

  test('that is absent holds no run', async () => {
    expect(await heldManifest(out)).toBeUndefined();
  });

  test('fails when it holds something else, and keeps it', async () => {
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'all of it');
    await expect(heldManifest(out)).rejects.toThrow('is not empty and holds no run');
    await expect(publishRun(run, out, SIGNAL)).rejects.toThrow('is not empty and holds no run');
    expect(await filesBelow(out)).toEqual({ '/thesis.txt': 'all of it' });
  });

  test('fails when it holds another run', async () => {
    await publishRun(run, out, SIGNAL);
    const held = await heldManifest(out);
    await expect(
      assertHoldsRun(out, held!, { runId: RUN_ID, expect: {} }),
    ).resolves.toBeUndefined();
    const other = 'f'.repeat(32);
    await expect(assertHoldsRun(out, held!, { runId: other, expect: {} })).rejects.toThrow(
      `this is run ${other}`,
    );
  });

  test('fails when a chunk of the same run is not whole', async () => {
    await publishRun(run, out, SIGNAL);
    await truncate(join(out, 'data', 'chunk-000001.csv'), 3);
    const held = await heldManifest(out);
    await expect(assertHoldsRun(out, held!, { runId: RUN_ID, expect: {} })).rejects.toThrow(
      'chunk-000001.csv is not whole',
    );
  });

  test('fails and does not appear when a chunk is not what the manifest says', async () => {
    const open = async () => memorySource(Buffer.from('0,0\n'));
    await expect(publishRun({ ...run, open }, out, SIGNAL)).rejects.toThrow(
      'is not the object that the manifest lists',
    );
    expect(await readdir(base)).toEqual(['stored']);
  });

  test('fails and does not appear when it is stopped before the end', async () => {
    const controller = new AbortController();
    const open: FinishedRun['open'] = (uri) => {
      if (uri.includes('chunk-000001')) controller.abort();
      return run.open(uri);
    };
    await expect(publishRun({ ...run, open }, out, controller.signal)).rejects.toThrow();
    expect(await readdir(base)).toEqual(['stored']);
  });
});
