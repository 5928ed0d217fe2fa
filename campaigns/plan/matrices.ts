import type { DType } from '#core/elements/dtype.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';

/** A matrix to predict: the objects of its source, one for each part. */
export interface PlannedMatrix {
  readonly name: string;
  readonly parts: readonly Uint8Array[];
}

type Value = (random: Random, row: number) => number | bigint;

/** A made-up matrix. */
interface MadeUp {
  readonly dtype: DType;
  readonly rows: number;
  readonly columns: number;
  /** Stored entries of a row. */
  readonly entries: (random: Random) => number;
  readonly value: Value;
  readonly seed: number;
}

/** Ascending columns, some of all. */
function columnsOf(random: Random, columns: number, entries: number): readonly number[] {
  const share = entries / columns;
  const found: number[] = [];
  for (let column = 0; column < columns; column += 1) {
    if (random.next() < share) found.push(column);
  }
  return found;
}

function madeUp({ dtype, rows, columns, entries, value, seed }: MadeUp): PlainCsr {
  const random = createRandom(seed);
  const indptr = [0];
  const indices: number[] = [];
  const data: (number | bigint)[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const column of columnsOf(random, columns, entries(random))) {
      indices.push(column);
      data.push(value(random, row));
    }
    indptr.push(indices.length);
  }
  return { shape: [rows, columns], dtype, indptr, indices, data };
}

/** Few rows have many entries. */
const zipf = (random: Random, most: number) => Math.ceil(most / (1 + 20 * random.next()));

const SPARSE = { rows: 20_000, columns: 2_000, seed: 1 };
const DENSE = {
  rows: 40_000,
  columns: 300,
  entries: () => 150,
  seed: 2,
  dtype: 'float64',
} as const;

const count: Value = (random) => BigInt(1 + Math.floor(random.next() ** 6 * 40));
const weight: Value = (random) => Math.log(1 + 30 * random.next()) / (1 + 9 * random.next());

const MADE_UP: readonly (MadeUp & { readonly name: string })[] = [
  {
    ...{ ...SPARSE, name: 'zipf int64', dtype: 'int64' },
    ...{ entries: (random) => zipf(random, 400), value: count },
  },
  {
    ...{ ...SPARSE, name: 'values that grow with the row', dtype: 'int64', entries: () => 60 },
    value: (random, row) => BigInt(1 + Math.floor(random.next() * row ** 1.5)),
  },
  { ...SPARSE, name: 'TF-IDF float64', dtype: 'float64', entries: () => 60, value: weight },
  { ...SPARSE, name: 'TF-IDF float32', dtype: 'float32', entries: () => 60, value: weight },
  { ...DENSE, name: 'half dense floats', value: (random) => random.next() },
  {
    ...{ ...DENSE, name: 'money' },
    value: (random) => Math.round(random.next() ** 3 * 100_000) / 100,
  },
  {
    ...{ ...SPARSE, name: '60 orders of magnitude', dtype: 'float64', entries: () => 60 },
    value: (random) => 10 ** (60 * random.next() - 30),
  },
];

/** Glosses of WordNet; all of them have 1.7 GB of text. */
const GLOSSES = 40_000;

async function wordnet(): Promise<PlainCsr> {
  const glosses = await Array.fromAsync(readGlosses());
  const { vocabulary, indptr, indices, data } = await countVectorize(glosses.slice(0, GLOSSES), 2);
  return {
    ...{ shape: [indptr.length - 1, vocabulary.length], dtype: 'int64' },
    ...{ indptr: [...indptr], indices: [...indices], data: [...data] },
  };
}

/** The ten matrices whose prediction is proved, one after the other. */
export async function* plannedMatrices(): AsyncGenerator<PlannedMatrix> {
  const words = writeNpz(await wordnet());
  yield { name: 'WordNet int64', parts: [words] };
  for (const { name, ...matrix } of MADE_UP) yield { name, parts: [writeNpz(madeUp(matrix))] };
  yield { name: 'WordNet twice, stacked', parts: [words, words] };
  const [, , tfidf] = MADE_UP;
  const parts = [1, 2, 3].map((seed) => writeNpz(madeUp({ ...tfidf!, rows: 5_000 * seed, seed })));
  yield { name: 'three of TF-IDF, stacked', parts };
}
