import { readTextAttribute } from '#core/containers/hdf5/attributes.ts';
import {
  type Hdf5Object,
  isDataset,
  isGroup,
  openChild,
  openPath,
} from '#core/containers/hdf5/group.ts';
import { readTexts } from '#core/containers/hdf5/read-texts.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import type { Names } from '#core/sparse/names.ts';
import type { FoundMatrix } from './find-matrix.ts';

/** An axis of a matrix. */
export type Axis = 'rows' | 'columns';

/** The frames of AnnData whose indexes name the rows and the columns of a matrix. */
const FRAMES: ReadonlyMap<string, Readonly<Partial<Record<Axis, string>>>> = new Map([
  ['X', { rows: 'obs', columns: 'var' }],
  ['layers', { rows: 'obs', columns: 'var' }],
  ['raw', { rows: 'obs', columns: 'raw/var' }],
  ['obsm', { rows: 'obs' }],
  ['varm', { rows: 'var' }],
  ['obsp', { rows: 'obs', columns: 'obs' }],
  ['varp', { rows: 'var', columns: 'var' }],
]);

/** Name of the dataset of an index without a name of its own. */
const UNNAMED = '_index';

/** Most different texts of a categorical index, which are held in memory. */
const MAX_CATEGORIES = 2 ** 20;

async function readCategories(categories: Hdf5Object): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const batch of readTexts(categories)) {
    texts.push(...batch);
    if (texts.length <= MAX_CATEGORIES) continue;
    throw new BoundExceededError(
      `${categories.where} has more than ${MAX_CATEGORIES} texts, allowed for a categorical index; write it as text`,
    );
  }
  return texts;
}

/** Texts of a categorical index: a code per element, -1 where there is none. */
async function* readCategorical(
  categories: Hdf5Object,
  codes: Hdf5Object,
): AsyncGenerator<readonly string[]> {
  const texts = await readCategories(categories);
  const textOf = (code: string) => {
    const text = code === '-1' ? '' : texts[Number(code)];
    if (text !== undefined) return text;
    throw new CorruptSourceError(
      `${codes.where} has the code ${code} of ${texts.length} categories; the file is damaged`,
    );
  };
  for await (const batch of readTexts(codes)) yield batch.map(textOf);
}

/** The texts of an index as anndata writes it: a dataset, or a group of a categorical one. */
async function openIndex(index: Hdf5Object): Promise<Names['read'] | undefined> {
  if (isDataset(index)) return () => readTexts(index);
  const [categories, codes, values] = await Promise.all(
    ['categories', 'codes', 'values'].map((name) => openChild(index, name)),
  );
  if (categories !== undefined && codes !== undefined) {
    return () => readCategorical(categories, codes);
  }
  return values === undefined ? undefined : () => readTexts(values);
}

async function frameNames(root: Hdf5Object, path: string): Promise<Names | undefined> {
  const frame = await openPath(root, path);
  if (frame === undefined || !isGroup(frame)) return undefined;
  const key = (await readTextAttribute(frame, '_index')) ?? UNNAMED;
  const index = await openChild(frame, key);
  const read = index && (await openIndex(index));
  if (index === undefined || read === undefined) return undefined;
  return { uri: index.where, title: key === UNNAMED ? '' : key, read };
}

/** Paths of the names in the group of a 10x file: those of Cell Ranger 3, then of Cell Ranger 2. */
function tenxPaths(axis: Axis, { featureIds = false }: SourceOptions): readonly string[] {
  if (axis === 'rows') return ['barcodes'];
  return featureIds ? ['features/id', 'genes'] : ['features/name', 'gene_names'];
}

async function tenxNames(
  group: Hdf5Object,
  axis: Axis,
  options: SourceOptions,
): Promise<Names | undefined> {
  for (const path of tenxPaths(axis, options)) {
    const found = await openPath(group, path);
    if (found !== undefined && isDataset(found)) {
      return { uri: found.where, read: () => readTexts(found) };
    }
  }
  return undefined;
}

/**
 * Finds the names of an axis of a matrix: `var_names` and `obs_names` of AnnData, features and
 * barcodes of a 10x file.
 *
 * @returns undefined where the file has none.
 */
export async function findNames(
  root: Hdf5Object,
  { format, group }: FoundMatrix,
  axis: Axis,
  options: SourceOptions,
): Promise<Names | undefined> {
  if (format === '10x') return await tenxNames(group, axis, options);
  const [place = 'X'] = (options.layer ?? 'X').split('/').filter((name) => name !== '');
  const frame = FRAMES.get(place)?.[axis];
  return frame === undefined ? undefined : await frameNames(root, frame);
}
