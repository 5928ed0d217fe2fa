import { describe, expect, test } from 'vitest';
import { CorruptSourceError, RequestError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { stageUnit } from '#core/sources/resolve-source.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { openUris } from '#support/open-matrix.ts';

const FOLDER = 's3://b/matrix/';

/** A folder as Cell Ranger writes it, of 2 features × 3 barcodes. */
function folderWith(barcodes: string) {
  const files = {
    'matrix.mtx': '%%MatrixMarket matrix coordinate integer general\n2 3 2\n1 1 5\n2 3 7\n',
    'genes.tsv': 'g1\tGENE1\ng2\tGENE2\n',
    'barcodes.tsv': barcodes,
  };
  const utf8 = new TextEncoder();
  return memoryObjectStore(
    Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`${FOLDER}${name}`, utf8.encode(text)]),
    ),
  );
}

const asked = { withRowNames: true };

describe('the names of rows', () => {
  test('are found only where they are asked for', async () => {
    const store = folderWith('AA\nCCC\nG\n');
    const { layout } = await openUris(store, [FOLDER], {}, asked);
    expect(layout.rowNames).toEqual({ title: '', longestBytes: 3 });
    expect(layout.rowNamesParts).toMatchObject([{ rows: 3, recordBytes: 3 * 4 + 6 }]);
    expect(factsOf(layout)).not.toHaveProperty('rowNamesParts');
    const { layout: without } = await openUris(store, [FOLDER]);
    expect(without).not.toHaveProperty('rowNames');
    expect(without).not.toHaveProperty('rowNamesParts');
  });

  test('fail where there are more or fewer of them than rows', async () => {
    const open = openUris(folderWith('AA\nCCC\n'), [FOLDER], {}, asked);
    await expect(open).rejects.toThrow(CorruptSourceError);
    await expect(open).rejects.toThrow(
      's3://b/matrix/barcodes.tsv has 2 names, but the matrix has 3 rows; write the source again',
    );
  });

  test('cannot be staged for a source that has none', async () => {
    const uri = 's3://b/x.mtx';
    const text = '%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 5\n';
    const store = memoryObjectStore({ [uri]: new TextEncoder().encode(text) });
    const { units } = await listUnits(store, { uris: [uri] });
    const context = { options: {}, store, stagedFor: () => memoryStageStore() };
    const job = { unit: units[0]!, job: { round: 'row-names', index: 0 } };
    await expect(stageUnit(job, context)).rejects.toThrow(RequestError);
    await expect(stageUnit(job, context)).rejects.toThrow('of format mtx, without row names');
  });
});
