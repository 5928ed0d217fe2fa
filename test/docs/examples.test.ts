import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** Ignored by git, and inside the package, so that `#core/…` resolves. */
const folder = path.join(root, '.sparse-fanout/examples');

/** What an example may use without making it. */
const GIVEN = `import type { Stack } from 'aws-cdk-lib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SeekIndex } from '#core/containers/deflate/index-pass.ts';
import type { OutputRecords } from '#core/manifest/place-run.ts';
import type { Evidence } from '#core/manifest/prove-chunks.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { MatrixRun } from '#core/run/matrix-run.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
declare global {
  const source: ByteSource;
  const seekIndex: SeekIndex;
  const matrix: Matrix;
  const slice: CsrSlice;
  const stack: Stack;
  const store: ObjectStore;
  const run: MatrixRun & { readonly rows: number };
  const records: OutputRecords;
  const evidence: Evidence;
  const lines: AsyncGenerator<string>;
}
`;

/** Names that examples use of packages. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'node:zlib': ['crc32', 'deflateRawSync'],
  'aws-cdk-lib': ['Duration'],
  'aws-cdk-lib/aws-applicationautoscaling': ['Schedule'],
  'aws-cdk-lib/aws-iam': ['AccountRootPrincipal', 'Role'],
};

interface Example {
  readonly file: string;
  readonly name: string;
  readonly code: string;
}

function gitFiles(...patterns: readonly string[]): readonly string[] {
  const { stdout } = spawnSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' });
  return stdout.trim().split('\n');
}

/** The `@example` blocks of the doc comments of a text. */
function examplesOf(file: string, text: string): Example[] {
  const comments = text.matchAll(/\/\*\*(?<comment>[\s\S]*?)\*\/\s*(?<after>.*)/g);
  return [...comments].flatMap(({ groups }) => {
    const lines = groups!['comment']!.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
    const start = lines.indexOf('@example');
    if (start === -1) return [];
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((line) => line.startsWith('@'));
    const code = rest.slice(0, end === -1 ? undefined : end).join('\n');
    const [, name] = /(?:function\*?|class|const) (\w+)/.exec(groups!['after']!) ?? [];
    return [{ file, name: `${name} in ${file}`, code }];
  });
}

/** The files and packages that export each name. */
function exportsOf(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (name: string, from: string) => found.set(name, [...(found.get(name) ?? []), from]);
  for (const [file, text] of texts) {
    const names = text.matchAll(/^export (?:async )?(?:function\*?|class|const) (\w+)/gm);
    for (const [, name] of names) add(name!, `#${file}`);
  }
  for (const [from, names] of Object.entries(PACKAGES)) for (const name of names) add(name, from);
  return found;
}

/**
 * An example as a module. Imports the names that it calls and those with a capital letter; of
 * several exports of a name that of the example's own file.
 */
function moduleOf({ file, code }: Example, exports: ReadonlyMap<string, string[]>): string {
  const used = code.matchAll(/(?<![.\w])(?:(\w+)(?=\()|([A-Z]\w*))/g);
  const names = new Set([...used].map(([, called, capital]) => called ?? capital!));
  const imports = [...names].flatMap((name) => {
    const places = exports.get(name) ?? [];
    const from = places.find((place) => place === `#${file}`) ?? places[0];
    return from === undefined ? [] : [`import { ${name} } from '${from}';`];
  });
  return [...imports, code, 'export {};', ''].join('\n');
}

const examples: Example[] = [];
let output = '';

beforeAll(async () => {
  const texts = new Map<string, string>();
  for (const file of gitFiles('core/*.ts', 'aws/*.ts', 'lib/*.ts')) {
    texts.set(file, await readFile(path.join(root, file), 'utf8'));
  }
  for (const [file, text] of texts) examples.push(...examplesOf(file, text));
  const exports = exportsOf(texts);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'given.d.ts'), GIVEN);
  const compilerOptions = { noUnusedLocals: false };
  const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] };
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  for (const [i, example] of examples.entries()) {
    await writeFile(path.join(folder, `example-${i}.ts`), moduleOf(example, exports));
  }
  await writeFile(path.join(folder, 'wrong.ts'), "export const wrong: number = 'text';\n");
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  output = stdout;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('there are examples of the most used exports', () => {
  expect(examples.length).toBeGreaterThanOrEqual(20);
});

test('every example compiles', () => {
  const errors = output.split('\n').filter((line) => line.startsWith('example-'));
  const named = errors.map((line) =>
    line.replace(/^example-(\d+)\.ts/, (_, i) => examples[Number(i)]!.name),
  );
  expect(named).toEqual([]);
});

test('the compiler finds a mistake', () => {
  expect(output).toMatch(/^wrong\.ts.*TS2322/m);
});

test('an example has at most six lines', () => {
  const lengths = examples.map(({ name, code }) => ({
    name,
    lines: code.trim().split('\n').length,
  }));
  expect(lengths.filter(({ lines }) => lines > 6)).toEqual([]);
});
