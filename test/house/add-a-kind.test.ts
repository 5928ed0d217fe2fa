import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { type DocumentStep, readSteps } from './document-steps.ts';
import { TOY_FORMAT, TOY_OUTPUT, type Toy } from './toy-edits.ts';
import { type Ended, TreeCopy } from './tree-copy.ts';

type Triple = readonly [row: number, column: number, value: number];

/** Entries in no order; the first batch has a duplicate and a row without entries. */
const BATCHES: readonly (readonly Triple[])[] = [
  [[4, 0, 7], [0, 3, 0.1], [0, 1, -2.5], [1, 2, 1], [1, 2, 3], [3, 3, 1e300]],
  [[2, 3, -1], [0, 0, 5], [1, 1, 2]],
]; // biome-ignore format: rows of a table
const ROWS = [5, 3];
const COLUMNS = 4;
const CHUNK_ROWS = 2;

const ALL = [...TOY_FORMAT.edits, ...TOY_OUTPUT.edits];

/** Rows of each chunk, and the batch that they are of. */
const CHUNKS = [
  { batch: 0, from: 0, to: 2, rowStart: 0 },
  { batch: 0, from: 2, to: 4, rowStart: 2 },
  { batch: 0, from: 4, to: 5, rowStart: 4 },
  { batch: 1, from: 0, to: 2, rowStart: 5 },
  { batch: 1, from: 2, to: 3, rowStart: 7 },
] as const;

function storedIn({ batch, from, to }: (typeof CHUNKS)[number]): readonly Triple[] {
  return BATCHES[batch]!.filter(([row]) => row >= from && row < to);
}

/** The lines of a chunk, computed without any code of the product. */
function linesOf(chunk: (typeof CHUNKS)[number]): readonly string[] {
  const cells = new Map<number, number>();
  for (const [row, column, value] of storedIn(chunk)) {
    const cell = row * COLUMNS + column;
    cells.set(cell, (cells.get(cell) ?? 0) + value);
  }
  const before = chunk.rowStart - chunk.from;
  const inOrder = [...cells].sort(([a], [b]) => a - b);
  return inOrder.map(
    ([cell, value]) => `${Math.floor(cell / COLUMNS) + before}\t${cell % COLUMNS}\t${value}\n`,
  );
}

/** A matrix as the CSV of a chunk of all its rows. */
function csvOf(batch: number): string {
  const rows = Array.from({ length: ROWS[batch]! }, () => Array<number>(COLUMNS).fill(0));
  for (const [row, column, value] of BATCHES[batch]!) rows[row]![column]! += value;
  const cell = (value: number) => (Number.isInteger(value) && value < 1e16 ? `${value}.0` : value);
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

let tree: TreeCopy;

beforeAll(() => {
  tree = new TreeCopy();
  // Each step left out is found by compiling what reads requests and sources, in a second.
  const roots = ['request/request.ts', 'sources/resolve-source.ts', 'webassembly.d.ts'];
  const files = roots.map((file) => `core/${file}`);
  const core = { extends: './tsconfig.json', include: [], files };
  writeFileSync(join(tree.root, 'tsconfig.core.json'), JSON.stringify(core));
});
afterAll(() => tree.remove());

const compileCore = () => tree.runTool('tsc', '-p', 'tsconfig.core.json');

function runCommand([tool = '', ...args]: readonly string[]): Promise<Ended> {
  return tree.runTool(tool, ...args);
}

/** What shows that a step was left out: the command of the step itself, else the compiler. */
function check({ command }: DocumentStep): Promise<Ended> {
  if (command === undefined) return compileCore();
  return runCommand(command.filter((argument) => argument !== '-u'));
}

const KINDS = [TOY_FORMAT, TOY_OUTPUT].map((toy) => ({ toy, steps: readSteps(toy.heading) }));

function touchedOutside({ edits }: Toy): readonly string[] {
  return [...new Set(edits.map(({ path }) => path))].filter((path) => !path.endsWith('/'));
}

describe.each(KINDS)('"$toy.heading" in CONTRIBUTING.md', ({ toy, steps }) => {
  it('names in its steps the files that a toy needs, in order', () => {
    const named = steps.map(({ path }) => path.replace(/<\w+>/, toy.name));
    expect(named).toEqual(toy.edits.map(({ path }) => path));
  });

  it(`touches at most ${toy.maxFiles} files outside the folder of the kind: ${touchedOutside(toy).length}`, () => {
    expect(touchedOutside(toy).length).toBeLessThanOrEqual(toy.maxFiles);
  });

  it.each(toy.edits.map((edit, index) => ({ step: index + 1, ...edit })))(
    'does not work without step $step, $path',
    { timeout: patience(5_000) },
    async ({ step, leftOut }) => {
      tree.reset(ALL, toy.edits.toSpliced(step - 1, 1));
      const { code, said } = await check(steps[step - 1]!);
      expect(said).toMatch(leftOut);
      expect(code).not.toBe(0);
    },
  );
});

/** A request for triples of a batch. */
function requestOf(batch: number, changes: object = {}) {
  const source = `SOURCE/${batch}.toy`;
  const output = { format: 'triples', separator: 'tab', uri: 'OUTPUT/set/', mode: 'append' };
  return { source, output, chunking: { rows: CHUNK_ROWS }, ...changes };
}

const REQUESTS = [
  requestOf(0, { dryRun: true }),
  requestOf(0),
  requestOf(1),
  requestOf(1, { output: { format: 'triples', uri: 'OUTPUT/set/', mode: 'append' } }),
  requestOf(0, { dryRun: true, output: { format: 'triples' } }),
  requestOf(0, { output: { format: 'triplets' } }),
];

describe('a tree with both toys', () => {
  const files = () => BATCHES.map((_, batch) => join(tree.root, `${batch}.toy`));
  const inside = (name: string) => join(tree.root, name);
  const cli = (...args: readonly string[]) => tree.runNode('bin/sparse-fanout.ts', ...args);

  beforeAll(() => {
    tree.reset(ALL, ALL);
    for (const [batch, path] of files().entries()) {
      writeFileSync(path, JSON.stringify({ toy: BATCHES[batch], shape: [ROWS[batch], COLUMNS] }));
    }
  });

  it('gets its schema by the command of the steps', { timeout: patience(5_000) }, async () => {
    const commands = KINDS.map(({ steps }) => steps.at(-1)!.command!);
    expect(commands[0]).toEqual(commands[1]);
    expect(await runCommand(commands[0]!)).toMatchObject({ code: 0 });
    expect(await runCommand(commands[0]!.slice(0, -1))).toMatchObject({ code: 0 });
  });

  it('compiles what a left-out step breaks', { timeout: patience(5_000) }, async () => {
    expect(await compileCore()).toMatchObject({ code: 0, said: '' });
  });

  it('compiles with its tests', { timeout: patience(15_000) }, async () => {
    expect(await tree.runTool('tsc')).toMatchObject({ code: 0, said: '' });
  });

  it('needs no new row in the table of imports', { timeout: patience(5_000) }, async () => {
    expect(await tree.runNode('tools/check-rules.ts')).toMatchObject({ code: 0, said: '' });
  });

  it('writes and verifies by its command line', { timeout: patience(10_000) }, async () => {
    const [file = ''] = files();
    const inspected = await cli('inspect', file, '--rows-per-chunk', '2', '--json');
    expect(JSON.parse(inspected.stdout)).toMatchObject({ format: 'toy', shape: [5, 4], chunks: 3 });
    expect(await cli('local', 'run', file, '--out', 'csv')).toMatchObject({ code: 0 });
    expect(readFileSync(inside('csv/data/chunk-000000.csv'), 'utf8')).toBe(csvOf(0));
    expect(await cli('verify', 'csv', '--source', file)).toMatchObject({ code: 0 });
  });

  it('plans, writes and appends triples by its functions', {
    timeout: patience(8_000),
  }, async () => {
    tree.place('run-requests.ts.txt', 'support/run-requests.ts');
    mkdirSync(inside('set'));
    writeFileSync(inside('requests.json'), JSON.stringify(REQUESTS));
    const { stdout, said } = await tree.runNode(
      'support/run-requests.ts',
      'requests.json',
      'set',
      ...files(),
    );
    expect(said).toBe(stdout);
    const ended = JSON.parse(stdout);
    expect(ended).toMatchObject([
      { status: 'SUCCEEDED', output: { decision: 'dry-run', summary: { chunks: 3 } } },
      { status: 'SUCCEEDED', output: { generation: 1 } },
      { status: 'SUCCEEDED', output: { generation: 2 } },
      { status: 'FAILED', error: 'OutputConflictError' },
      { status: 'SUCCEEDED', output: { decision: 'dry-run' } },
      { status: 'FAILED', error: 'RequestError' },
    ]);
    expect(ended[3].cause).toContain('output.separator is \\"space\\", there \\"tab\\"');
    expect(ended[4].output.summary).toMatchObject({ rows: 5, chunks: 3, minTextBytes: 6 });
    expect(ended[5].cause).toContain('output.format must be one of csv, triples, ');
  });

  it('has written the lines of every chunk, and a manifest that counts them', () => {
    const manifest = JSON.parse(readFileSync(inside('set/_manifest/manifest.json'), 'utf8'));
    const texts = CHUNKS.map((chunk) => linesOf(chunk).join(''));
    const names = CHUNKS.map((_, index) => `data/chunk-00000${index}.triples.txt`);
    expect(names.map((name) => readFileSync(join(inside('set'), name), 'utf8'))).toEqual(texts);
    expect(manifest).toMatchObject({
      output: { kind: 'triples', separator: 'tab' },
      facts: { format: 'toy', shape: [8, COLUMNS], nnz: 9 },
      totals: { chunks: 5, rows: 8, bytes: texts.join('').length },
    });
    const hex = (text: string) => crc32(text).toString(16).padStart(8, '0');
    expect(manifest.entries).toMatchObject(
      CHUNKS.map((chunk, index) => ({
        url: expect.stringMatching(new RegExp(`^s3://.+/set/${names[index]}$`)),
        mandatory: true,
        meta: { content_length: texts[index]!.length, record_count: linesOf(chunk).length },
        rowStart: chunk.rowStart,
        rowEnd: chunk.rowStart + chunk.to - chunk.from,
        counts: { nnz: storedIn(chunk).length },
        crc32: hex(texts[index]!),
      })),
    );
    expect(manifest.totals.crc32).toBe(hex(texts.join('')));
  });

  it('verifies them against the sources', { timeout: patience(5_000) }, async () => {
    const { code, said } = await cli('verify', 'set', '--sample', '9', '--source', ...files());
    expect(said).toMatch(/verified 5 chunks of 2 generations.*equal: chunks 0, 1, 2, 3, 4/);
    expect(code).toBe(0);
  });
});
