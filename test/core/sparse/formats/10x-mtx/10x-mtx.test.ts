import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { tenxMtx } from '#core/sparse/formats/10x-mtx/10x-mtx.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { Names } from '#core/sparse/names.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { rowsOf } from '#support/csr-arbitrary.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { openUris } from '#support/open-matrix.ts';

const ROOT = 's3://bucket/filtered_feature_bc_matrix/';
const MTX = '%%MatrixMarket matrix coordinate integer general\n3 2 3\n3 1 7\n1 2 5\n2 1 6\n';
const FEATURES = 'ENSG0\tMALAT1\tGene Expression\nENSG1\tTBCE\tGene Expression\nENSG2\tTBCE\tx\n';
const GENES = 'ENSG0\tA\r\nENSG1\tB,b\r\nENSG2\tC\r\n';
const BARCODES = 'AAAC-1\nAAAG-1';

type Files = Readonly<Record<string, string | Uint8Array>>;

const CURRENT: Files = {
  'matrix.mtx.gz': gzipSync(MTX),
  'features.tsv.gz': gzipSync(FEATURES),
  'barcodes.tsv.gz': gzipSync(BARCODES),
};
const OLD: Files = { 'matrix.mtx': MTX, 'genes.tsv': GENES, 'barcodes.tsv': BARCODES };

function storeOf(files: Files) {
  const utf8 = new TextEncoder();
  return memoryObjectStore(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        `${ROOT}${name}`,
        typeof content === 'string' ? utf8.encode(content) : new Uint8Array(content),
      ]),
    ),
  );
}

async function inputOf(files: Files, options: SourceOptions = {}) {
  const store = storeOf(files);
  const objects = await Array.fromAsync(store.list(ROOT));
  const source = store.open(objects[0]!);
  const staged = memoryStageStore();
  return { unit: { uri: ROOT, objects }, source, options, store, staged };
}

async function textsOf(names: Names | undefined): Promise<string[]> {
  return (await Array.fromAsync(names!.read())).flat();
}

describe('a folder of Cell Ranger', () => {
  it.each([
    ['3 and later', CURRENT],
    ['2', OLD],
  ])('%s is barcodes × features', async (_, files) => {
    const { matrix } = await openUris(storeOf(files), [ROOT]);
    expect(matrix).toMatchObject({ format: '10x-mtx', shape: [2, 3], dtype: 'int64', nnz: 3 });
    const slices = await Array.fromAsync(readSlices(matrix, { rowStart: 0, rowEnd: 2 }));
    expect(rowsOf(slices)).toEqual([
      [
        [1, 6n],
        [2, 7n],
      ],
      [[0, 5n]],
    ]);
  });

  it('says its shape before it is staged', async () => {
    const resolution = await tenxMtx.resolve(await inputOf(CURRENT));
    expect(resolution).toMatchObject({ jobs: [{ index: 0 }], shape: [2, 3] });
  });

  it('names rows by its barcodes, and columns by the names of its features or by their ids', async () => {
    expect(await textsOf(await tenxMtx.rowNames!(await inputOf(CURRENT)))).toEqual([
      'AAAC-1',
      'AAAG-1',
    ]);
    expect(await textsOf(await tenxMtx.columnNames!(await inputOf(CURRENT)))).toEqual([
      'MALAT1',
      'TBCE',
      'TBCE',
    ]);
    const ids = await inputOf(CURRENT, { featureIds: true });
    expect(await textsOf(await tenxMtx.columnNames!(ids))).toEqual(['ENSG0', 'ENSG1', 'ENSG2']);
    const old = await tenxMtx.columnNames!(await inputOf(OLD));
    expect(old?.uri).toBe(`${ROOT}genes.tsv`);
    expect(await textsOf(old)).toEqual(['A', 'B,b', 'C']);
  });

  it.each([
    ['a line with too few fields', 'ENSG0\n', 'has the line "ENSG0", expected 2 fields with tabs'],
    ['bytes that are not UTF-8', Uint8Array.of(0x61, 0x09, 0xff, 0x0a), 'is not UTF-8'],
  ])('fails on %s among its features', async (_, features, message) => {
    const names = await tenxMtx.columnNames!(await inputOf({ ...OLD, 'genes.tsv': features }));
    await expect(textsOf(names)).rejects.toThrow(CorruptSourceError);
    await expect(textsOf(names)).rejects.toThrow(message);
  });

  it('fails on more features than a matrix may have columns', async () => {
    const wide = MTX.replace('3 2 3', '3000000000 2 3');
    const opening = openUris(storeOf({ ...OLD, 'matrix.mtx': wide }), [ROOT]);
    await expect(opening).rejects.toThrow(BoundExceededError);
    await expect(opening).rejects.toThrow('has 3000000000 columns');
  });
});
