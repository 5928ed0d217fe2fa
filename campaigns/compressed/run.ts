/** `npm run campaign -- compressed`: a compressed npz goes through `local run` in place. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { chunkName } from '#cli/outputs/stored-run.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { sampleIndices } from '#cli/verify/sample-indices.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { type ManifestEntry, parseManifest } from '#core/manifest/manifest.ts';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { type PeakMemory, watchMemory } from './peak-memory.ts';

/** More than 2 GB of arrays. */
const SHAPE = { rows: 2_850_000, columns: 1_000, entriesPerRow: 60, seed: 1 };

/** Bytes of `indptr`, `indices` and `data`. */
const ARRAY_BYTES = 4 * SHAPE.rows + 12 * SHAPE.rows * SHAPE.entriesPerRow;

const GOALS = { indexShare: 0.02, passBytesPerSecond: 150e6, rssBytes: 256e6 };

const SAMPLED_CHUNKS = 5;

const never = new AbortController().signal;

function say(line: string, holds = true): void {
  process.stdout.write(`${line}${holds ? '' : '  MISSED'}\n`);
  if (!holds) process.exitCode = 1;
}

/**
 * Makes the index in this process, one array after the other, as `inspect` does. Measures CPU time.
 */
async function measurePass(path: string): Promise<void> {
  const { size } = await stat(path);
  const before = process.cpuUsage();
  await withSource({ locations: [path], options: {} }, never, async ({ stagedBytes }) => {
    const { user, system } = process.cpuUsage(before);
    const rate = ARRAY_BYTES / ((user + system) / 1e6);
    const share = stagedBytes / size;
    const index = `${(stagedBytes / 1e6).toFixed(2)} MB, ${(share * 100).toFixed(2)} % of the file`;
    say(`index     ${index} (at most 2 %)`, share <= GOALS.indexShare);
    const speed = `${(rate / 1e6).toFixed(0)} MB/s of arrays on one core`;
    say(`pass      ${speed} (at least 150)`, rate >= GOALS.passBytesPerSecond);
  });
}

async function runLocally(path: string, out: string): Promise<readonly PeakMemory[]> {
  // Synthesizing the stack is not measured, because later runs use the same one.
  await cloudAssembly(never);
  const command = ['run', '-s', 'cli', '--', '--json', 'local', 'run', path, '--out', out];
  const child = spawn('npm', [...command, '--compression', 'gzip'], { stdio: 'inherit' });
  const closed = once(child, 'close');
  const memory = await watchMemory(child.pid!, closed);
  const [code] = await closed;
  if (code !== 0) throw new Error(`local run ended with exit code ${code}`);
  return memory;
}

/** Whether a chunk of the run is equal to that of an uncompressed copy of its source. */
async function isEqual(out: string, stored: string, entry: ManifestEntry): Promise<boolean> {
  const text = gunzipSync(await readFile(join(out, 'data', chunkName(entry))));
  return await withSource({ locations: [stored], options: {} }, never, async ({ source }) => {
    let at = 0;
    const { rowStart, rowEnd } = entry;
    const chunk = { index: 0, rowStart, rowEnd };
    for await (const part of encodedBytes(source, chunk, PLAIN_CSV)) {
      if (text.compare(part, 0, part.length, at, at + part.length) !== 0) return false;
      at += part.length;
    }
    return at === text.length;
  });
}

const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-compressed-'));
try {
  const [compressed, stored, out] = ['x.npz', 'stored.npz', 'out'].map((name) =>
    join(folder, name),
  );
  const matrix = countMatrix(SHAPE);
  await saveNpz(compressed!, matrix, { compress: true });
  await saveNpz(stored!, matrix);
  const { size } = await stat(compressed!);
  const sizes = `${(ARRAY_BYTES / 1e9).toFixed(2)} GB of arrays in ${(size / 1e6).toFixed(0)} MB`;
  say(`source    ${SHAPE.rows} x ${SHAPE.columns}, ${sizes}`);
  await measurePass(compressed!);
  for (const { command, bytes } of await runLocally(compressed!, out!)) {
    const figure = `${(bytes / 1e6).toFixed(0)} MB`;
    say(`peak RSS  ${figure.padEnd(7)} ${command} (at most 256)`, bytes <= GOALS.rssBytes);
  }
  const { entries } = parseManifest(await readFile(join(out!, '_manifest/manifest.json'), 'utf8'));
  for (const index of sampleIndices(entries.length, SAMPLED_CHUNKS, 1)) {
    const holds = await isEqual(out!, stored!, entries[index]!);
    say(`chunk     ${index} of ${entries.length} equals the stored twin's rows: ${holds}`, holds);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
