import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { resolveSource } from '#core/sources/resolve-source.ts';
import type { StoredLabels } from '#core/sparse/matrix.ts';
import { readLabels } from '#core/sparse/read-labels.ts';
import { textsOf } from '#core/sparse/row-names.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { npyArray, npyFromHeader } from '#support/npz/npy.ts';
import { openUris } from '#support/open-matrix.ts';

const MATRIX = 's3://b/x.mtx';
const LABELS = 's3://b/labels';
const utf8 = new TextEncoder();

/** A matrix of 4 rows × 1 column, and an object with labels beside it. */
function storeWith(labels: Uint8Array | string) {
  const text = '%%MatrixMarket matrix coordinate integer general\n4 1 1\n1 1 5\n';
  const bytes = typeof labels === 'string' ? utf8.encode(labels) : labels;
  return memoryObjectStore({ [MATRIX]: utf8.encode(text), [LABELS]: bytes });
}

async function open(labels: Uint8Array | string, areNumbers = false) {
  const store = storeWith(labels);
  const asked = { labels: { pin: await store.pin(LABELS), areNumbers } };
  return await openUris(store, [MATRIX], {}, asked);
}

async function read(labels: Uint8Array | string, areNumbers = false) {
  const { matrix, layout } = await open(labels, areNumbers);
  const texts: string[] = [];
  const batches = readLabels(matrix.storedLabels!, { rowStart: 1, rowEnd: 4 }, 'NA');
  for await (const batch of batches) texts.push(...textsOf(batch));
  return { texts, facts: factsOf(layout).labels };
}

describe('labels of an object', () => {
  it.each([
    ['int64', [1n, -(2n ** 63n), 3n, 4n], ['-9223372036854775808', '3', '4'], 20],
    ['uint8', [1, 255, 3, 4], ['255', '3', '4'], 3],
    ['float64', [1, 0.1, Number.NaN, -1e-7], ['0.1', 'NA', '-1e-07'], 24],
    ['float32', [1, 0.5, Number.POSITIVE_INFINITY, 4], ['0.5', 'inf', '4.0'], 23],
    ['bool', [1, 0, 1, 0], ['0', '1', '0'], 3],
  ] as const)('are read from an array of %s as it lies', async (dtype, values, texts, longest) => {
    const found = await read(npyArray(values as never, dtype));
    expect(found.texts).toEqual(texts);
    expect(found.facts).toMatchObject({ dtype, longestBytes: longest, object: { uri: LABELS } });
  });

  it.each([
    ['a text', 'a\nb,c\r\n\nü\n'],
    ['a text whose last line does not end', 'a\nb,c\n\nü'],
    ['a text that is compressed', gzipSync('a\nb,c\n\nü\n')],
    ['a JSON list', '["a", "b,c", "", "ü"]'],
  ])('are read from %s, which is staged', async (_, labels) => {
    const { texts, facts } = await read(labels);
    expect(texts).toEqual(['b,c', '', 'ü']);
    expect(facts).toMatchObject({ dtype: 'text', longestBytes: 3 });
  });

  it('follow each other where several objects have them', async () => {
    const stored = [[1, 2], [3, 4, 5], [6]].map((values, at) => {
      const source = memorySource(Uint8Array.from(values), `labels-${at}`);
      const array = { source, offset: 0, length: values.length, dtype: 'uint8', bigEndian: false };
      const rowStart = values[0]! - 1;
      return { kind: 'array', array, rowStart, rows: values.length } as StoredLabels;
    });
    const rowsOf = async (rowStart: number, rowEnd: number) => {
      const batches = readLabels(stored, { rowStart, rowEnd }, 'NA');
      return (await Array.fromAsync(batches, textsOf)).flat().join(' ');
    };
    expect(await rowsOf(0, 6)).toBe('1 2 3 4 5 6');
    expect(await rowsOf(3, 5)).toBe('4 5');
  });

  it('are numbers in a text where they must be, and stay as they are written', async () => {
    const { texts } = await read('1\n-0.50\n+3e-2\n.5\n', true);
    expect(texts).toEqual(['-0.50', '+3e-2', '.5']);
  });

  it.each([
    ['a', '1\n2\ncat\n4\n', 's3://b/labels has "cat" as the label of row 2, which is no number'],
    ['none', '1\n2\n3\n\n\n', 's3://b/labels has "" as the label of row 3'],
    ['too large a', '1e999\n2\n3\n4\n', 'has "1e999" as the label of row 0'],
    ['two', '1 2\n2\n3\n4\n', 'has "1 2" as the label of row 0'],
  ])('are refused where %s text is no number and must be one', async (_, labels, sentence) => {
    await expect(open(labels, true)).rejects.toThrow(sentence);
    await expect(open(labels, true)).rejects.toThrow('give numbers, or write CSV');
  });

  it.each([
    ['an array', npyArray([1, 2, 3], 'int64'), 3],
    ['a text', 'a\nb\nc\nd\ne\n', 5],
    ['an empty text', '', 0],
  ])('are refused where %s has more or fewer than there are rows', async (_, labels, count) => {
    await expect(open(labels)).rejects.toThrow(
      `s3://b/labels has ${count} labels, but the matrix has 4 rows; give a label for each row`,
    );
  });

  it('are refused where they are an array of two dimensions', async () => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 1), }";
    const array = npyFromHeader(header, Uint8Array.of(1, 2, 3, 4));
    await expect(open(array)).rejects.toThrow(
      's3://b/labels has 2 dimensions (4 × 1), but labels have one; write them with numpy.save(path, labels.ravel())',
    );
  });

  it('are refused where a text is longer than is held', async () => {
    await expect(open(`a\n${'x'.repeat(70_000)}\nc\nd\n`)).rejects.toThrow(
      's3://b/labels has a label of 70000 bytes for row 1, allowed are 65536; give shorter labels',
    );
  });

  it('are counted before the source is staged, if its headers say how many rows it has', async () => {
    const store = storeWith(npyArray([1, 2, 3], 'int64'));
    const { units } = await listUnits(store, { uris: [MATRIX] });
    const labels = { pin: await store.pin(LABELS), areNumbers: false };
    const context = { options: {}, store, stagedFor: () => memoryStageStore(), labels };
    await expect(resolveSource(units, context)).rejects.toThrow('3 labels, but the matrix has 4');
  });

  it('are staged in the round of the source', async () => {
    const store = storeWith('1\n2\n3\n4\n');
    const { units } = await listUnits(store, { uris: [MATRIX] });
    const labels = { pin: await store.pin(LABELS), areNumbers: true };
    const context = { options: {}, store, stagedFor: () => memoryStageStore(), labels };
    const resolution = await resolveSource(units, context);
    const rounds =
      'jobs' in resolution && resolution.jobs.map(({ unit, job }) => [unit.uri, job.round]);
    expect(rounds).toEqual([
      [MATRIX, expect.any(String)],
      [LABELS, 'number-labels'],
    ]);
  });
});
