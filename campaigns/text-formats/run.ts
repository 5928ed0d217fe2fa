/**
 * `npm run campaign -- text-formats`: reads random texts, and compares the entries with those that
 * SciPy and scikit-learn read.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { parseCount } from '#cli/options/argument-parsers.ts';
import { FanoutError } from '#core/errors.ts';
import { createMtx } from '#core/sparse/formats/mtx/mtx.ts';
import { createSvmlight } from '#core/sparse/formats/svmlight/svmlight.ts';
import type { Entry } from '#support/csr-arbitrary.ts';
import { pythonOf } from '#support/python/environment.ts';
import { readRows, resolveWith } from '#support/read-format.ts';
import { type RandomText, randomTexts } from './random-texts.ts';

const EXIT_ABSENT = 3;

const run = promisify(execFile);

/** What Python read of one text. */
type Theirs =
  | { readonly file: string; readonly error: string }
  | {
      readonly file: string;
      readonly shape: readonly [number, number];
      readonly dtype: string;
      readonly indptr: readonly number[] | null;
      readonly indices: readonly number[];
      readonly data: readonly string[];
    };

type Ours =
  | { readonly error: string }
  | {
      readonly shape: readonly [number, number];
      readonly dtype: string;
      readonly rows: readonly Entry[][];
    };

const SIZES = { segmentBytes: 100, blockBytes: 64 };
const FORMATS = { mtx: createMtx(SIZES), svmlight: createSvmlight(SIZES) };

async function readOurs({ format, text, options }: RandomText): Promise<Ours> {
  try {
    const read = await resolveWith(FORMATS[format], text, options);
    const { shape, dtype } = read.layout;
    return { shape, dtype, rows: shape[0] < 100_000 ? await readRows(read) : [] };
  } catch (error) {
    if (error instanceof FanoutError) return { error: `${error.name}: ${error.message}` };
    throw error;
  }
}

/** Parses Python's `repr` of a number: of a float, unless it is an integer dtype. */
function parseRepr(text: string, dtype: string): number | bigint {
  if (!dtype.startsWith('float')) return BigInt(text);
  return Number(text.replace('inf', 'Infinity'));
}

function isSame(
  ours: Exclude<Ours, { error: string }>,
  theirs: Exclude<Theirs, { error: string }>,
) {
  const { shape, dtype, indptr, indices, data } = theirs;
  if (`${ours.shape}` !== `${shape}` || ours.dtype !== dtype) return false;
  if (indptr === null) return true;
  const entries = ours.rows.flat();
  const ends = [0];
  for (const row of ours.rows) ends.push((ends.at(-1) ?? 0) + row.length);
  return (
    `${ends}` === `${indptr}` &&
    entries.length === indices.length &&
    entries.every(([column, value], k) => {
      return column === indices[k] && Object.is(value, parseRepr(data[k] ?? '', dtype));
    })
  );
}

async function readTheirs(texts: readonly RandomText[], python: string): Promise<Theirs[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'texts-'));
  try {
    for (const [i, { format, text, options }] of texts.entries()) {
      const name = path.join(folder, String(i).padStart(6, '0'));
      await writeFile(`${name}.${format}`, text, 'latin1');
      await writeFile(`${name}.json`, JSON.stringify(options));
    }
    const script = path.join(import.meta.dirname, 'read_texts.py');
    const { stdout } = await run(python, [script, folder], { maxBuffer: 2 ** 30 });
    return stdout
      .trim()
      .split('\n')
      .map((line): Theirs => JSON.parse(line));
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Options {
  readonly files: number;
  readonly seed: number;
  readonly verbose?: true;
}

const { files, seed, verbose } = new Command('npm run campaign -- text-formats')
  .description('read random svmlight and Matrix Market texts, one in three damaged')
  .option('--files <n>', 'how many', parseCount, 1000)
  .option('--seed <n>', 'of all of them', parseCount, 1)
  .option('--verbose', 'print what only one of the two refuses')
  .parse()
  .opts<Options>();
const python = await pythonOf({
  name: 'texts',
  pythons: ['3.13', '3.12', '3.11', '3.14'],
  requirements: path.join(import.meta.dirname, 'requirements.txt'),
});
if (python === undefined) {
  console.error('there is no Python 3.11 to 3.14 here, so nothing was compared');
  process.exit(EXIT_ABSENT);
}
const texts = randomTexts(files, seed);
const theirs = await readTheirs(texts, python);
const counts = {
  same: 0,
  'refused by both': 0,
  'refused by us only': 0,
  'refused by them only': 0,
  different: 0,
};

for (const [i, text] of texts.entries()) {
  const mine = await readOurs(text);
  const other = theirs[i] ?? { file: '', error: 'missing' };
  let verdict: keyof typeof counts;
  if ('error' in mine) verdict = 'error' in other ? 'refused by both' : 'refused by us only';
  else if ('error' in other) verdict = 'refused by them only';
  else verdict = isSame(mine, other) ? 'same' : 'different';
  counts[verdict]++;
  if (verdict === 'different')
    console.log(
      JSON.stringify({ ...text, mine, other }, (_, value) =>
        typeof value === 'bigint' ? `${value}n` : value,
      ),
    );
  if (verbose && verdict.endsWith('only')) {
    console.log(
      verdict,
      'error' in mine ? mine.error : JSON.stringify(text.text),
      'error' in other ? other.error : '',
    );
  }
}
console.log(counts);
if (counts.different > 0) process.exitCode = 1;
