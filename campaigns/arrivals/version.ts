import { type BundleFiles, bundleOfVersion1, bundleOfVersion2 } from '#support/bundle-files.ts';
import type { Random } from '#support/seeded-random.ts';

/** Shape and entries of a matrix. Bundles of the same size have arrays of the same lengths. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
}

/** One version of a bundle, and the text of its rows. */
export interface Version {
  readonly files: BundleFiles;
  readonly text: string;
}

const WRITERS = { 1: bundleOfVersion1, 2: bundleOfVersion2 };

/** A size of a few cells. */
export function randomSize(random: Random): Size {
  const [rows, columns] = [random.integer(1, 6), random.integer(1, 5)];
  return { rows, columns, entries: random.integer(1, rows * columns) };
}

/** Cells and values of that size, as a bundle of a format version. */
export function randomVersion(
  random: Random,
  { rows, columns, entries }: Size,
  formatVersion: keyof typeof WRITERS,
): Version {
  const cells = Array.from({ length: rows * columns }, (_, cell) => cell);
  const stored = new Map<number, number>();
  for (const cell of random.some(cells, entries).sort((a, b) => a - b)) {
    stored.set(cell, random.integer(1, 2 ** 20) + 0.5);
  }
  const before = (end: number) => [...stored.keys()].filter((cell) => cell < end).length;
  const matrix = {
    columns,
    indptr: Array.from({ length: rows + 1 }, (_, row) => before(row * columns)),
    indices: [...stored.keys()].map((cell) => cell % columns),
    data: [...stored.values()],
  };
  const lines = Array.from({ length: rows }, (_, row) => {
    const texts = cells.slice(row * columns, (row + 1) * columns).map((cell) => stored.get(cell));
    return `${texts.map((value) => value ?? '0.0').join(',')}\n`;
  });
  return { files: WRITERS[formatVersion](matrix), text: lines.join('') };
}
