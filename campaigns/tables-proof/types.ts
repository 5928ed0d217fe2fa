import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFiles } from './output-files.ts';
import type { Proof } from './proof.ts';
import { scriptLines } from './python.ts';

const PAGE = join(import.meta.dirname, '../../docs/tables.md');

/** A row of the table of types. */
interface DocumentedType {
  readonly type: string;
  /** Texts that become values of the type. */
  readonly reads: readonly string[];
}

async function documentedTypes(): Promise<readonly DocumentedType[]> {
  const page = await readFile(PAGE, 'utf8');
  return (
    page
      .split('\n')
      .filter((line) => /^\| [A-Z]/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, type = '', , reads = '']) => {
        return { type, reads: [...reads.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text) };
      })
      // Other tables of the page have types, too, but no texts of them.
      .filter(({ reads }) => reads.length > 0)
  );
}

/** The texts of the types as columns; a type with fewer texts than others has NULLs. */
function linesOf(types: readonly DocumentedType[]): string {
  const rows = Math.max(...types.map(({ reads }) => reads.length));
  const lines = Array.from({ length: rows }, (_, row) =>
    JSON.stringify(Object.fromEntries(types.map(({ reads }, at) => [`c${at}`, reads[row]]))),
  );
  return `${lines.join('\n')}\n`;
}

/** Each type of the table in the docs is the type, with the values, that other readers see. */
export const proveTypes: Proof = async ({ stack, python, folder, say }) => {
  const types = await documentedTypes();
  await writeFile(join(folder, 'types.json'), JSON.stringify(types));
  const source = await stack.putSource('types/texts.jsonl', Buffer.from(linesOf(types)));
  const schema = Object.fromEntries(types.map(({ type }, at) => [`c${at}`, type]));
  const output = { uri: `s3://${stack.outputBucket}/types/` };
  await stack.runToSuccess({ source, schema, output });
  const out = join(folder, 'out');
  await mkdir(out);
  await copyFiles(stack, 'types', out);
  const rows = await scriptLines<{ type: string; read: string; differences: readonly string[] }>(
    python,
    'check_types.py',
    [folder],
  );
  for (const { type, read, differences } of rows) {
    say(`${type}: ${differences.join('; ') || read}`);
  }
  return rows.length === types.length && rows.every(({ differences }) => differences.length === 0);
};
