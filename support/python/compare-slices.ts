import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { main } from '#cli/main.ts';

/** What Python says of one source, beside its text. */
interface Case {
  /** Name of the file or folder. */
  readonly source: string;
  readonly args: readonly string[];
  readonly isGzip: boolean;
}

const UPLOADER_FOLDER = join(import.meta.dirname, '../../python');
const MOST_PRINTED = 5;

/** @returns the bytes that a command line prints, or the error that it ends with. */
async function printedBy(args: readonly string[]): Promise<Buffer> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [bytes, error] = [buffer(stdout), buffer(stderr)];
  const code = await main(args, { stdout, stderr, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  return code === 0 ? await bytes : await error;
}

/** Compares what `slice` prints of one source with the text that is expected of it. */
async function difference(folder: string, number: number): Promise<object | undefined> {
  const place = join(folder, `${number}`);
  const found: Case = JSON.parse(await readFile(`${place}.json`, 'utf8'));
  const { source, args, isGzip } = found;
  const compression = isGzip ? ['--compression', 'gzip'] : [];
  const printed = await printedBy(['slice', join(folder, source), ...args, ...compression]);
  const ours = isGzip && printed[0] === 0x1f ? gunzipSync(printed) : printed;
  const theirs = await readFile(`${place}.csv`);
  return ours.equals(theirs) ? undefined : { ...found, ours: `${ours}`, theirs: `${theirs}` };
}

/**
 * Has a Python script write sources with the texts that are expected of them, and compares these
 * with what `slice` prints. Prints the first differences.
 *
 * @param script its arguments are a folder, how many sources, and a seed. It writes `<number>.csv`,
 * and `<number>.json` with a {@link Case}.
 * @returns how many sources have the text that is expected.
 */
export async function compareSlices(
  python: string,
  script: string,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sparse-fanout-slices-'));
  try {
    const env = { ...process.env, PYTHONPATH: UPLOADER_FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
    await promisify(execFile)(python, [script, folder, `${runs}`, `${seed}`], { env });
    let different = 0;
    for (let number = 0; number < runs; number++) {
      const found = await difference(folder, number);
      if (found !== undefined && different++ < MOST_PRINTED) console.log(JSON.stringify(found));
    }
    return runs - different;
  } finally {
    await rm(folder, { recursive: true });
  }
}
