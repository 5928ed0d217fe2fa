import { readLines, readText } from '#aws/objects.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { attemptIn } from '#core/manifest/generations.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { manifestKey, objectsKey } from '#core/run/output-keys.ts';
import { parsePins } from '#core/tables/run/object-list.ts';
import type { LocalServices } from '#support/local-services.ts';
import type { PlayedDay } from './played-day.ts';

/** What the files of a day are held to. */
export interface DayRules {
  readonly targetBytes: number;
  readonly largeBytes: number;
}

/** How a day ended. */
export interface DayFigures {
  readonly generations: number;
  readonly objects: number;
  readonly rows: number;
  readonly files: number;
  /** Generations that needed more than one attempt. */
  readonly attempted: number;
  /** Generations that were made because an object was old. */
  readonly aged: number;
  /** Bytes of the files of the other generations. */
  readonly smallestFile: number;
  readonly largestFile: number;
}

function fail(problem: string): never {
  throw new Error(problem);
}

/** The generation of each object, by its URI and ETag. */
async function generationsOf(
  { s3, bucket }: LocalServices,
  manifest: Manifest,
  day: PlayedDay,
): Promise<ReadonlyMap<string, number>> {
  const taken = new Map<string, number>();
  for (const { generation } of manifest.generations) {
    const attempt = attemptIn(manifest, generation);
    const text = (await readText(s3, bucket, objectsKey('out/', generation, attempt))) ?? '';
    for (const { uri, etag } of parsePins(Buffer.from(text))) {
      const object = `${uri} ${etag}`;
      if (taken.has(object))
        fail(`${object} is in generations ${taken.get(object)}, ${generation}`);
      if (!((day.contents.get(object)?.rows ?? 0) > 0)) fail(`${object} is in, but is no table`);
      taken.set(object, generation);
    }
  }
  return taken;
}

/** Whether each object that was taken in has each of its rows once, and no others are there. */
async function checkRows(
  { s3 }: LocalServices,
  { entries }: Manifest,
  expected: readonly { readonly firstId: number; readonly rows: number }[],
): Promise<number> {
  const ids = new Set<number>();
  for (const { url } of entries) {
    const { bucket, key } = parseS3Uri(url);
    for await (const line of readLines(s3, bucket, key)) {
      const id = Number(/^\{"id":(\d+),/.exec(line)?.[1]);
      if (ids.has(id)) fail(`row ${id} is there twice`);
      ids.add(id);
    }
  }
  let rows = 0;
  for (const { firstId, rows: count } of expected) {
    rows += count;
    for (let row = 0; row < count; row += 1) {
      if (!ids.has(firstId + row)) fail(`row ${firstId + row} is not there`);
    }
  }
  if (ids.size !== rows) fail(`${ids.size} rows are there, not ${rows}`);
  return rows;
}

/** Generations in which small objects are less than a batch. */
function agedOf(
  day: PlayedDay,
  taken: ReadonlyMap<string, number>,
  { targetBytes, largeBytes }: DayRules,
): ReadonlySet<number> {
  const small = new Map<number, number>();
  for (const [object, generation] of taken) {
    const { size } = day.contents.get(object)!;
    if (size < largeBytes) small.set(generation, (small.get(generation) ?? 0) + size);
  }
  return new Set([...small].filter(([, bytes]) => bytes < targetBytes).map(([key]) => key));
}

function fileSizes(
  { generations, entries }: Manifest,
  aged: ReadonlySet<number>,
): readonly number[] {
  let at = 0;
  return generations.flatMap(({ generation, chunks }) => {
    const own = entries.slice(at, at + chunks);
    at += chunks;
    return aged.has(generation) ? [] : own.map(({ meta }) => meta.content_length);
  });
}

/** A large object is in the next generation, or in the one after a list that was chosen before. */
function checkLatency({ large }: PlayedDay, taken: ReadonlyMap<string, number>): void {
  for (const { object, generations, isPending } of large) {
    const own = taken.get(object);
    const most = generations + (isPending ? 2 : 1);
    // It may have been replaced or deleted before any tick.
    if (own !== undefined && own > most) fail(`${object} is in generation ${own}, not ${most}`);
  }
}

/**
 * Checks all that a day promises: each object once, none that is no table, each that is still
 * there, files of the right size, large objects at once.
 */
export async function checkDay(
  services: LocalServices,
  day: PlayedDay,
  rules: DayRules,
): Promise<DayFigures> {
  const { s3, bucket } = services;
  const uri = `s3://${bucket}/${manifestKey('out/')}`;
  const { manifest } = await openRunInS3(s3, uri, new AbortController().signal);
  const taken = await generationsOf(services, manifest, day);
  for (const object of day.there.values()) {
    const isTable = day.contents.get(object)!.rows > 0;
    if (isTable && !taken.has(object)) fail(`${object} is not in`);
  }
  const contents = [...taken.keys()].map((object) => day.contents.get(object)!);
  const rows = await checkRows(services, manifest, contents);
  checkLatency(day, taken);
  const aged = agedOf(day, taken, rules);
  const sizes = fileSizes(manifest, aged);
  const [smallestFile, largestFile] = [Math.min(...sizes), Math.max(...sizes)];
  if (smallestFile < 0.4 * rules.targetBytes || largestFile > 2 * rules.targetBytes) {
    fail(`files have ${smallestFile} to ${largestFile} bytes, the target is ${rules.targetBytes}`);
  }
  return {
    ...{ generations: manifest.generation, objects: taken.size, rows, aged: aged.size },
    ...{ files: manifest.entries.length, smallestFile, largestFile },
    attempted: manifest.attempts?.length ?? 0,
  };
}
