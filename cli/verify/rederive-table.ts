import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionModules } from '@sparse-fanout/engine';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import { asUri } from '#cli/sources/location.ts';
import { withStore } from '#cli/sources/with-store.ts';
import { ManifestError, SourceChangedError } from '#core/errors.ts';
import { type Generation, type ManifestEntry, parseManifest } from '#core/manifest/manifest.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { partitionColumns } from '#core/run/chunk-key.ts';
import { fileOfChunk } from '#core/tables/run/file-of-chunk.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import { originOf, tableChunkOf } from '#core/tables/run/table-chunk.ts';
import { convertChunk } from '#tables/convert-chunk.ts';
import { fileFigures } from '#tables/file-figures.ts';
import { lengthenFile } from '#tables/lengthen-file.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { addPlanned } from '#tables/own-functions.ts';
import { type EngineRoom, withEngine } from '#tables/with-engine.ts';
import { comparePartitions } from './compare-partitions.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { readSegments } from './read-segments.ts';
import { sampleIndices } from './sample-indices.ts';
import { tableDifference } from './table-difference.ts';
import { type OpenedTable, openTableGeneration } from './table-generation.ts';

/** As much as a deployed writer has; the bytes do not depend on it. */
const ENGINE_BYTES = 885 * 1024 * 1024;

/** How many files are made again, and which. */
interface Sample {
  readonly sample: number;
  readonly seed: number;
}

/** Where the source is, and what the files are made with. */
interface GivenOutput {
  readonly locations: readonly string[];
  readonly file: TableSpec['file'];
  /** Functions that a transform may call. */
  readonly functions: FunctionModules;
}

/** Compares what was sent to a database with what is made again. */
async function sentDifference(entry: ManifestEntry, again: string): Promise<string | undefined> {
  const { bytes, crc32 } = await fileFigures(again);
  if (bytes === entry.contentBytes && crc32 === entry.crc32) return undefined;
  return `its ${bytes} bytes of CRC-32 ${crc32}: sent were ${entry.contentBytes} of ${entry.crc32}`;
}

/** A piece of an output, and the file that was made again of its rows. */
interface MadeAgain {
  readonly room: EngineRoom;
  readonly file: TableSpec['file'];
  readonly piece: Piece;
  readonly again: string;
}

async function differenceOf(
  { manifest }: StoredRun,
  { room, file, piece, again }: MadeAgain,
): Promise<string | undefined> {
  if (file.format === 'postgres')
    return await sentDifference(manifest.entries[piece.index]!, again);
  return await piece.with(async (stored) => {
    if (stored.size > (await stat(again)).size) await lengthenFile(again, file);
    return await tableDifference(room, file, { stored, again });
  });
}

/** Makes the file of an entry again. @returns where it differs; undefined if it does not. */
async function differs(
  run: StoredRun,
  { generation, objects, layout, file, companions, store, functions }: OpenedTable,
  piece: Piece,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { index, range, url } = piece;
  if (range === undefined) throw new ManifestError(`chunk ${index} has no range of its source`);
  const chunk = tableChunkOf({ index, ...range }, objects);
  return await withEngine(ENGINE_BYTES, async (room) => {
    const pins = parsePins(objects.textOf(chunk.list));
    await addPlanned(room.engine, layout, functions);
    const slices = await openChunk({ layout, chunk, pins, store });
    const name = `chunk.${file.format}`;
    const keyValues = originOf(generation.runId, chunk);
    const how = { name, layout, output: fileOfChunk(file, index), companions, keyValues, signal };
    await convertChunk(slices, { ...room, ...how });
    const again = join(room.directory, name);
    const place = await differenceOf(run, { room, file, piece, again });
    return place && `chunk ${index} (${url}) differs from what the source gives at ${place}`;
  });
}

/** The first and the last one, and others between them; the same for one seed. */
function sampledOf(entries: readonly Piece[], { sample, seed }: Sample): readonly Piece[] {
  const between = entries.length - 2;
  if (sample >= entries.length) return entries;
  const inner = sample > 2 ? sampleIndices(between, sample - 2, seed) : [];
  return [0, ...inner.map((index) => index + 1), entries.length - 1].map((at) => entries[at]!);
}

/** What a generation was asked for: files for readers of Iceberg have numbers of columns. */
async function companionsOf(
  run: StoredRun,
  { generation }: Generation,
): Promise<TableSpec['companions']> {
  const text = await run.readGeneration(generation);
  const output = text === undefined ? run.manifest.output : parseManifest(text).output;
  return output.kind === 'table' ? output.companions : undefined;
}

/** The entries that a generation has written. */
function ownEntries({ manifest }: StoredRun, { generation }: OpenedTable): ManifestEntry[] {
  const before = manifest.generations.filter((each) => each.generation < generation.generation);
  const skipped = before.reduce((sum, { chunks }) => sum + chunks, 0);
  return manifest.entries.slice(skipped, skipped + generation.chunks);
}

/** @returns the indices of the files, which are equal, or the first difference. */
async function rederiveGeneration(
  run: StoredRun,
  opened: OpenedTable,
  sample: Sample,
  signal: AbortSignal,
): Promise<number[] | string> {
  const own = ownEntries(run, opened);
  if (partitionColumns(run.manifest.output).length > 0) {
    return await comparePartitions(run, opened, own, signal);
  }
  const pieces = piecesOf(run, await readSegments(run));
  const isOwn = new Set(own.map(({ index }) => index));
  const isSingle = pieces.length !== run.manifest.entries.length;
  const sampled = sampledOf(
    pieces.filter(({ index }) => isSingle || isOwn.has(index)),
    sample,
  );
  for (const piece of sampled) {
    signal.throwIfAborted();
    const difference = await differs(run, opened, piece, signal);
    if (difference !== undefined) return difference;
  }
  return sampled.map(({ index }) => index);
}

/**
 * Makes sampled files of a table again from the source of one of its generations: the first, the
 * last and some between, by the code and the engine of the writers. Of a partitioned table all rows
 * are compared, partition by partition.
 *
 * Memory: that of a writer. In a temporary folder lie the text of a file, and the file twice.
 *
 * @returns the indices of the files, which are equal byte for byte.
 * @throws {SourceChangedError} the source lies where that of the run lay, and is another one.
 * @throws {ManifestError} it is the source of no generation, or a file differs.
 * @throws {TransformError} the functions of the run are not there, or others have their name.
 */
export async function rederiveTable(
  run: StoredRun,
  { locations, ...given }: GivenOutput,
  sample: Sample,
  signal: AbortSignal,
): Promise<number[]> {
  const uris = await Promise.all(locations.map(asUri));
  const { generations, columns = [] } = run.manifest;
  return await withStore(signal, async (store) => {
    const others: Error[] = [];
    let difference: string | undefined;
    // Two generations may have the same size, or lie at one place one after the other.
    for (const generation of generations.toReversed()) {
      const asked = { ...given, uris, store, columns };
      const companions = await companionsOf(run, generation);
      const opened = await openTableGeneration(generation, { ...asked, companions });
      if (opened instanceof Error) {
        others.push(opened);
        continue;
      }
      const found = await rederiveGeneration(run, opened, sample, signal);
      if (typeof found !== 'string') return found;
      difference ??= found;
    }
    if (difference !== undefined) throw new ManifestError(difference);
    throw others.find((error) => error instanceof SourceChangedError) ?? others[0];
  });
}
