import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { countMatrix } from '#support/count-matrix.ts';
import { type Int64Csr, saveNpz } from '#support/npz/save-npz.ts';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';

/** A matrix that all peers write. */
export interface BenchMatrix {
  readonly name: string;
  readonly path: string;
}

/** As `npm run demo` counts them. */
const MIN_DOCUMENTS = 20;

function makeCounts(): Int64Csr {
  return countMatrix({ rows: 50_000, columns: 10_000, entriesPerRow: 60, seed: 1 });
}

async function countWordNet(): Promise<Int64Csr> {
  const counts = await countVectorize(readGlosses(), MIN_DOCUMENTS);
  return { ...counts, shape: [counts.indptr.length - 1, counts.vocabulary.length] };
}

/** The rows of a matrix so many times one after the other. */
function repeated({ shape, indptr, indices, data }: Int64Csr, times: number): Int64Csr {
  const [rows, columns] = shape;
  const bounds = new Int32Array(rows * times + 1);
  const stacked = {
    indices: new Int32Array(data.length * times),
    data: new BigInt64Array(data.length * times),
  };
  for (let time = 0; time < times; time++) {
    const start = time * data.length;
    bounds.set(
      indptr.map((bound) => start + bound),
      time * rows,
    );
    stacked.indices.set(indices, start);
    stacked.data.set(data, start);
  }
  return { shape: [rows * times, columns], indptr: bounds, ...stacked };
}

const MATRICES = [
  { name: 'counts 10k', file: 'counts-10k', make: makeCounts },
  { name: 'WordNet', file: 'wordnet-counts', make: countWordNet },
];

/**
 * Makes the matrices in the folder, unless they are there.
 *
 * @param times how often the rows of each follow each other in its file.
 */
export async function benchMatrices(folder: string, times = 1): Promise<BenchMatrix[]> {
  await mkdir(folder, { recursive: true });
  const matrices: BenchMatrix[] = [];
  for (const { name, file, make } of MATRICES) {
    const place = path.join(folder, `${file}${times === 1 ? '' : `-${times}`}.npz`);
    const made = await stat(place).catch(() => undefined);
    if (made === undefined) await saveNpz(place, repeated(await make(), times));
    matrices.push({ name, path: place });
  }
  return matrices;
}
