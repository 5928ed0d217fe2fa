import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceFormat } from '#core/sparse/formats/format-names.ts';
import { golden, goldenBytes, goldenPath } from '#support/golden.ts';

/** Kinds of valid files, and the format that each is read as. */
export const GROUPS = {
  csr: 'npz',
  'csr-deflated': 'npz',
  other: 'npz',
  bundle: 'bundle',
  npy: 'npy',
  svmlight: 'svmlight',
  mtx: 'mtx',
  'mtx-gz': 'mtx',
  h5ad: 'h5ad',
  '10x': '10x',
} as const satisfies Readonly<Record<string, SourceFormat>>;

export type Group = keyof typeof GROUPS;

/** One object of a source. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A source that damaged ones are made from. */
export interface Seed {
  readonly group: Group;
  readonly name: string;
  /** Several are the objects of one folder. */
  readonly objects: readonly NamedBytes[];
}

/** Seeds by their group, in an order that depends on nothing but their names. */
export type Seeds = Readonly<Record<Group, readonly Seed[]>>;

/** Endings of the golden files that are not npz. */
const ENDINGS: readonly (readonly [ending: string, group: Group])[] = [
  ['.mtx', 'mtx'],
  ['.mtx.gz', 'mtx-gz'],
  ['.txt', 'svmlight'],
  ['.h5ad', 'h5ad'],
  ['.h5', '10x'],
];

/** A plain array: a slice of a Buffer would not be a copy. */
function readBytes(...parts: readonly string[]): Uint8Array {
  return new Uint8Array(readFileSync(path.join(...parts)));
}

function readFolder(folder: string): NamedBytes[] {
  const names = readdirSync(folder).sort();
  return names.map((name) => ({ name, bytes: readBytes(folder, name) }));
}

function* goldenSeeds(): Generator<Seed> {
  const fileSeed = (group: Group, file: string): Seed => {
    const name = path.basename(file);
    return { group, name: `golden/${file}`, objects: [{ name, bytes: goldenBytes(file) }] };
  };
  for (const { file, format, compressed } of golden.cases) {
    const csr = compressed ? 'csr-deflated' : 'csr';
    yield fileSeed(format === 'csr' ? csr : 'other', file);
  }
  for (const { file } of golden.invalid) yield fileSeed('csr', file);
  for (const name of readdirSync(goldenPath('later')).sort()) {
    const [, group] = ENDINGS.find(([ending]) => name.endsWith(ending)) ?? [];
    if (group !== undefined) yield fileSeed(group, `later/${name}`);
  }
  for (const { name } of readdirSync(goldenPath('bundles'), { withFileTypes: true })) {
    if (name.includes('.')) continue;
    const objects = readFolder(goldenPath(`bundles/${name}`));
    yield { group: 'bundle', name: `golden/bundles/${name}`, objects };
    const arrays = objects.filter((object) => object.name.endsWith('.npy'));
    yield { group: 'npy', name: `golden/bundles/${name}`, objects: arrays };
  }
}

/** What `write_seeds.py` wrote. */
function* writtenSeeds(folder: string): Generator<Seed> {
  for (const group of Object.keys(GROUPS) as Group[]) {
    const entries = readdirSync(path.join(folder, group), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(folder, group, entry.name);
      const objects = entry.isDirectory()
        ? readFolder(file)
        : [{ name: entry.name, bytes: readBytes(file) }];
      yield { group, name: `${group}/${entry.name}`, objects };
    }
  }
}

/**
 * Loads the seeds: those of the golden set, and those that Python wrote.
 *
 * @param folder what `write_seeds.py` wrote, if it could.
 */
export function loadSeeds(folder?: string): Seeds {
  const all = [...goldenSeeds(), ...(folder === undefined ? [] : writtenSeeds(folder))];
  const seeds = Object.fromEntries(
    Object.keys(GROUPS).map((group) => [group, all.filter((seed) => seed.group === group)]),
  );
  return seeds as Record<Group, Seed[]>;
}
