import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, FanoutError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { listUnits } from '#core/sources/list-units.ts';
import { parseLayout } from '#core/sources/open-source.ts';
import { type ResolveContext, resolveSource, stageUnit } from '#core/sources/resolve-source.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import type { FuzzInput } from './fuzz-input.ts';
import { RowsText } from './rows-text.ts';

/** How reading ended: with the rows, an error for people, or any other error. */
export type Reading =
  | { readonly end: 'accepted'; readonly format: MatrixLayout['format']; readonly rows: string }
  | { readonly end: 'refused'; readonly name: string; readonly message: string }
  | { readonly end: 'crashed'; readonly name: string; readonly message: string };

const FOLDER = 'fuzz/';

/** Errors that say what is wrong with a source, or with what was asked of it. */
const ALLOWED = new Set([
  'CorruptSourceError',
  'IncompleteSourceError',
  'UnsupportedSourceError',
  'BoundExceededError',
  'RequestError',
]);

/** Formats take one to five rounds. */
const MAX_ROUNDS = 12;

/** Staged objects are kept in memory here, so much less is allowed than in a bucket. */
const MAX_STAGED_BYTES = 64 * 1024 * 1024;

/** A larger matrix is read at its ends only. */
const MAX_WHOLE_ROWS = 200_000;

/** Its row pointers are still read as a whole, as Plan does. */
const MAX_POINTERS = 4_000_000;
const END_ROWS = 2000;

/** Bytes of the slices in every second run, so that rows are cut often. */
const SMALL_SLICE_BYTES = 256;

class StagedTooMuch extends BoundExceededError {}

function withBound(store: StageStore): StageStore {
  let left = MAX_STAGED_BYTES;
  return {
    open: (name) => store.open(name),
    list: (prefix) => store.list(prefix),
    create: (name, pieces) =>
      store.create(
        name,
        (async function* () {
          for await (const piece of pieces) {
            left -= piece.length;
            if (left < 0) throw new StagedTooMuch(`more than ${MAX_STAGED_BYTES} bytes are staged`);
            yield piece;
          }
        })(),
      ),
  };
}

/** Object and stage store in memory; what is opened twice is the same. */
function storesFor({ objects }: FuzzInput) {
  const sources = new Map(
    objects.map(({ name, bytes }) => [`${FOLDER}${name}`, memorySource(bytes, `${FOLDER}${name}`)]),
  );
  const pinOf = (uri: string): SourcePin => {
    const { size, etag } = sources.get(uri)!;
    return { uri, etag, versionId: null, size };
  };
  const staged = memoryStageStore();
  const store: ObjectStore = {
    pin: async (uri) => pinOf(uri),
    async *list() {
      yield* [...sources.keys()].sort().map(pinOf);
    },
    open: (pin) => sources.get(pin.uri) ?? staged.openPinned(pin),
  };
  return { store, staged: withBound(staged) };
}

async function resolve(input: FuzzInput, context: ResolveContext): Promise<MatrixLayout> {
  const { objects, run } = input;
  const uri = objects.length === 1 ? `${FOLDER}${objects[0]!.name}` : FOLDER;
  const { units } = await listUnits(context.store, { uris: [uri] });
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const resolution = await resolveSource(units, context);
    if ('layout' in resolution) return parseLayout(JSON.stringify(resolution.layout));
    for (const job of resolution.jobs) {
      await stageUnit(job, context);
      // A lost job is done again and must make the same objects.
      if (run % 4 === 0) await stageUnit(job, context);
    }
  }
  throw new Error(`not resolved after ${MAX_ROUNDS} rounds`);
}

/** Row ranges that are read: all, or the first and the last ones. */
function rangesOf({ shape: [rows] }: Matrix): (readonly [rowStart: number, rowEnd: number])[] {
  if (rows <= MAX_WHOLE_ROWS) return [[0, rows]];
  return [
    [0, END_ROWS],
    [rows - END_ROWS, rows],
  ];
}

async function readRows(matrix: Matrix, run: number): Promise<string> {
  const text = new RowsText(matrix);
  const sliceBytes = run % 2 === 0 ? SMALL_SLICE_BYTES : undefined;
  if (matrix.shape[0] <= MAX_POINTERS) for await (const _ of readIndptr(matrix));
  for (const [rowStart, rowEnd] of rangesOf(matrix)) {
    const options = sliceBytes === undefined ? {} : { sliceBytes };
    for await (const slice of readSlices(matrix, { rowStart, rowEnd }, options)) text.add(slice);
  }
  return text.toString();
}

/** Opens, stages and reads a source as Plan, Stage and writers do, but in memory. Never throws. */
export async function readInput(input: FuzzInput): Promise<Reading> {
  try {
    const { store, staged } = storesFor(input);
    const context = { options: input.options, store, stagedFor: () => staged };
    const layout = await resolve(input, context);
    const rows = await readRows(openLayout(FOLDER, layout, store), input.run);
    return { end: 'accepted', format: layout.format, rows };
  } catch (error) {
    if (error instanceof FanoutError && ALLOWED.has(error.name)) {
      const name = error instanceof StagedTooMuch ? 'StagedTooMuch' : error.name;
      return { end: 'refused', name, message: error.message };
    }
    const { name = 'Error', stack, message } = Object(error);
    return { end: 'crashed', name, message: String(stack ?? message ?? error) };
  }
}
