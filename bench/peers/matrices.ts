import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { countMatrix } from '#support/count-matrix.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';

/** A matrix that all peers write. */
export interface BenchMatrix {
  readonly name: string;
  readonly path: string;
}

/** As `npm run demo` counts them. */
const MIN_DOCUMENTS = 20;

async function writeCounts(file: string): Promise<void> {
  await saveNpz(file, countMatrix({ rows: 50_000, columns: 10_000, entriesPerRow: 60, seed: 1 }));
}

async function writeWordNet(file: string): Promise<void> {
  const counts = await countVectorize(readGlosses(), MIN_DOCUMENTS);
  const shape = [counts.indptr.length - 1, counts.vocabulary.length] as const;
  await saveNpz(file, { ...counts, shape });
}

/** Makes the matrices in the folder, unless they are there. */
export async function benchMatrices(folder: string): Promise<BenchMatrix[]> {
  const matrices = [
    { name: 'counts 10k', path: path.join(folder, 'counts-10k.npz'), write: writeCounts },
    { name: 'WordNet', path: path.join(folder, 'wordnet-counts.npz'), write: writeWordNet },
  ];
  await mkdir(folder, { recursive: true });
  for (const matrix of matrices) {
    const made = await stat(matrix.path).catch(() => undefined);
    if (made === undefined) await matrix.write(matrix.path);
  }
  return matrices.map(({ name, path: file }) => ({ name, path: file }));
}
