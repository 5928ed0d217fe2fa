import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';

const MIXED = new URL('../fixtures/mixed/', import.meta.url);
const TEXT = readFileSync(new URL('typed.csv', MIXED), 'utf8');
const [HEADER = '', ...ROWS] = TEXT.split(/(?<=\n)/);
const NAMES = HEADER.trimEnd().split(',');

/** Seven barcodes of two features, as Cell Ranger writes them. */
const BARCODES = Array.from({ length: 7 }, (_, row) => (row === 3 ? 'a "b", c' : `r${row}`));
const TENX = {
  'matrix.mtx': '%%MatrixMarket matrix coordinate integer general\n2 7 2\n1 1 5\n2 7 9\n',
  'genes.tsv': 'g1\tGENE1\ng2\tGENE2\n',
  'barcodes.tsv': BARCODES.map((name) => `${name}\n`).join(''),
};
const INDEXED = `,GENE1,GENE2
r0,5,0
r1,0,0
r2,0,0
"a ""b"", c",0,0
r4,0,0
r5,0,0
r6,0,9
`;

let stack: LocalStack;
let folder: string;
let indexed: string;

beforeAll(async () => {
  stack = await LocalStack.shared();
  const files = readdirSync(new URL('bundle/', MIXED)).sort((a) => (a === 'meta.json' ? 1 : -1));
  let uri = '';
  for (const name of files) {
    const bytes = readFileSync(new URL(`bundle/${name}`, MIXED));
    uri = await stack.putSource(`named/${name}`, new Uint8Array(bytes));
  }
  folder = uri.slice(0, uri.lastIndexOf('/') + 1);
  for (const [name, text] of Object.entries(TENX)) {
    uri = await stack.putSource(`indexed/${name}`, new TextEncoder().encode(text));
  }
  indexed = uri.slice(0, uri.lastIndexOf('/') + 1);
});

const output = (more: object = {}) => ({ text: { header: 'first-chunk' }, ...more });

async function manifestOf(request: object): Promise<Manifest> {
  const ended = await stack.runToSuccess({ chunking: { rows: 5 }, ...request });
  return JSON.parse((await stack.read(ended.output.manifest)).toString());
}

async function textOf({ entries }: Manifest): Promise<string> {
  const chunks = await Promise.all(entries.map(({ url }) => stack.read(url)));
  return Buffer.concat(chunks).toString();
}

describe('the names of rows', () => {
  const request = (more: object) => ({
    source: indexed,
    output: { text: { index: true, ...more } },
  });

  it('begin each line of every chunk, where the request asks for an index', async () => {
    const manifest = await manifestOf(request({ header: 'first-chunk' }));
    expect(manifest.entries.length).toBeGreaterThan(1);
    expect(await textOf(manifest)).toBe(INDEXED);
    const own = await manifestOf({ source: indexed, output: { text: { index: false } } });
    expect(own.runId).not.toBe(manifest.runId);
    expect(await textOf(own)).not.toContain('r1');
  });

  it('must be there in all batches of an output, or in none', async () => {
    const uri = `s3://${stack.output('OutputBucketName')}/index-batches/`;
    const output = { uri, mode: 'append', text: { index: true } };
    await manifestOf({ source: indexed, output });
    const mtx = '%%MatrixMarket matrix coordinate integer general\n1 2 1\n1 1 5\n';
    const other = await stack.putSource('rows.mtx', new TextEncoder().encode(mtx));
    const ended = await stack.run({ source: other, output });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(ended.cause).toMatch(/the index is .+without names.+ there .+of row names/);
  });
});

describe('the names of columns', () => {
  it('begin the first chunk, and are kept beside the manifest', async () => {
    const manifest = await manifestOf({ source: folder, output: output() });
    expect(await textOf(manifest)).toBe(TEXT);
    expect(manifest.columnNames?.count).toBe(NAMES.length);
    const kept = await stack.read(manifest.columnNames!.uri);
    expect(JSON.parse(kept.toString())).toEqual(NAMES);
    expect(manifest.facts).toMatchObject({ columnTypes: { groups: { length: 9 } } });
  });

  it('are kept where no header prints them', async () => {
    const manifest = await manifestOf({ source: folder, output: {} });
    expect(await textOf(manifest)).toBe(ROWS.join(''));
    expect(JSON.parse((await stack.read(manifest.columnNames!.uri)).toString())).toEqual(NAMES);
  });

  it('are those of the request where it gives some, and make another run of it', async () => {
    const columnNames = NAMES.map((name, i) => (i === 0 ? 'a "b", c' : name));
    const own = await manifestOf({ source: folder, output: output() });
    const given = await manifestOf({ source: { uri: folder, columnNames }, output: output() });
    expect(given.runId).not.toBe(own.runId);
    const [, ...others] = NAMES;
    expect(await textOf(given)).toBe(`"a ""b"", c",${others.join(',')}\n${ROWS.join('')}`);
    const file = await stack.putSource('names.txt', new TextEncoder().encode(NAMES.join('\n')));
    const source = { uri: folder, columnNames: file };
    expect(await textOf(await manifestOf({ source, output: output() }))).toBe(TEXT);
  });

  it('fail where there are too few, before anything is written', async () => {
    const source = { uri: folder, columnNames: ['a'] };
    const ended = await stack.run({ source, output: output() });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RequestError' });
    expect(ended.cause).toContain('source.columnNames has 1 names, but the matrix has 11 columns');
  });

  it('must be the same in all batches of an output', async () => {
    const uri = `s3://${stack.output('OutputBucketName')}/named-batches/`;
    const request = { source: folder, output: output({ uri, mode: 'append' }) };
    await manifestOf(request);
    const other = { uri: folder, columnNames: NAMES.toReversed() };
    const ended = await stack.run({ ...request, source: other, chunking: { rows: 5 } });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'OutputConflictError' });
    expect(ended.cause).toContain('the CRC-32 of the column names is');
  });
});
