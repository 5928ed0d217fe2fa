import type { SourceOptions } from '#core/sparse/formats/source-options.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { changeBytes } from './change-bytes.ts';
import { changeGzip } from './change-gzip.ts';
import { changeHdf5 } from './change-hdf5.ts';
import { changeJson } from './change-json.ts';
import { changeNpy } from './change-npy.ts';
import { changeNpz } from './change-npz.ts';
import { changeText } from './change-text.ts';
import type { Change, ChangeContext } from './changes.ts';
import { GROUPS, type Group, type NamedBytes, type Seed, type Seeds } from './seeds.ts';

/** One source to read, all of it chosen by the seed and the number of the run. */
export interface FuzzInput {
  readonly run: number;
  readonly group: Group;
  /** What it was made of. */
  readonly origin: Seed;
  /** The changes; a few runs have none. */
  readonly changes: readonly string[];
  readonly objects: readonly NamedBytes[];
  readonly options: SourceOptions;
}

const CHANGES: Readonly<Record<Group, Change>> = {
  csr: changeNpz,
  'csr-deflated': changeNpz,
  other: changeNpz,
  bundle: changeNpy,
  npy: changeNpy,
  svmlight: changeText,
  mtx: changeText,
  'mtx-gz': changeGzip,
  h5ad: changeHdf5,
  '10x': changeHdf5,
};

/** How many of a hundred runs. */
const SHARES: readonly (readonly [share: number, group: Group])[] = [
  [18, 'csr'],
  [14, 'csr-deflated'],
  [16, 'other'],
  [6, 'bundle'],
  [5, 'npy'],
  [11, 'svmlight'],
  [9, 'mtx'],
  [4, 'mtx-gz'],
  [11, 'h5ad'],
  [6, '10x'],
];

const DRAWN = SHARES.flatMap(([share, group]) => Array<Group>(share).fill(group));

/** Of a folder one object is changed, or it is missing. */
function changeFolder(objects: readonly NamedBytes[], context: ChangeContext): NamedBytes[] {
  const { random, log } = context;
  // Values are changed often, because any value is valid; most other changes are refused.
  const free = random.chance(0.4) ? objects.findIndex(({ name }) => name === 'data.npy') : -1;
  const at = free < 0 ? random.integer(0, objects.length - 1) : free;
  const { name, bytes } = objects[at]!;
  log.push(name);
  if (random.chance(0.02)) {
    log.push('missing');
    return objects.toSpliced(at, 1);
  }
  const change = name.endsWith('.json') ? changeJson : changeNpy;
  return objects.with(at, { name, bytes: change(bytes, context) });
}

function changeOnce(
  objects: readonly NamedBytes[],
  group: Group,
  context: ChangeContext,
): readonly NamedBytes[] {
  const [object] = objects;
  if (objects.length !== 1 || object === undefined) return changeFolder(objects, context);
  const change = context.random.chance(0.05) ? changeBytes : CHANGES[group];
  return [{ ...object, bytes: change(object.bytes, context) }];
}

/** Options that a request may have. */
function optionsFor(group: Group, random: Random): SourceOptions {
  if (group === 'svmlight') {
    return {
      // A text has no magic number, so after one damaged token near its start it is not found to be
      // svmlight.
      ...(random.chance(0.6) && { format: GROUPS[group] }),
      ...(random.chance(0.2) && { zeroBased: random.chance(0.5) }),
      ...(random.chance(0.2) && { labels: true }),
      ...(random.chance(0.1) && { columns: random.integer(1, 60) }),
    };
  }
  if (group === 'npy' && random.chance(0.2)) return { columns: random.integer(0, 60) };
  if (group === 'h5ad' && random.chance(0.1)) return { layer: 'layers/counts' };
  return random.chance(0.2) ? { format: GROUPS[group] } : {};
}

function otherOf(seeds: readonly Seed[], random: Random): Uint8Array {
  return random.pick(random.pick(seeds).objects).bytes;
}

/** Makes the source of a run: a valid one that is changed one to four times, rarely not at all. */
export function createInput(seeds: Seeds, seed: number, run: number): FuzzInput {
  const random = createRandom(Math.imul(seed, 1_000_003) + run);
  const group = random.pick(DRAWN);
  const from = random.pick(seeds[group]);
  const log: string[] = [];
  const context = { random, other: otherOf(seeds[group], random), log };
  let { objects } = from;
  const times = random.pick([0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4]);
  for (let time = 0; time < times; time++) objects = changeOnce(objects, group, context);
  const options = optionsFor(group, random);
  return { run, group, origin: from, changes: log, objects, options };
}
