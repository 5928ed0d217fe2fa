import {
  FAILURES_FOLDER,
  OUTPUT_FOLDERS,
  RESERVED_FOLDERS,
  SHUFFLE_FOLDER,
  STAGED_FOLDER,
  TRANSFORM_FOLDER,
} from '#core/contract.ts';
import type { OutputLocation, RunBase } from './run-fields.ts';

const GENERATION_DIGITS = 6;

/** Most bytes of a key in S3. */
export const MAX_KEY_BYTES = 1024;

/**
 * Bytes kept for what follows the prefix of an output. The longest are the results that Step
 * Functions writes: `_plan/results/`, an id of 36 characters, and `/SUCCEEDED_` with a number.
 */
export const SUFFIX_BYTES = 80;

/**
 * What is wrong with a prefix under which no key may fit; undefined if nothing is.
 *
 * @param from where the prefix comes from, for the sentence.
 */
export function longKeyProblem(prefix: string, from: string): string | undefined {
  const bytes = new TextEncoder().encode(prefix).length;
  const most = MAX_KEY_BYTES - SUFFIX_BYTES;
  if (bytes <= most) return undefined;
  return `${from} has a prefix of ${bytes} bytes, allowed are ${most}: a key in S3 has at most ${MAX_KEY_BYTES}, of which the names of chunks and reports need up to ${SUFFIX_BYTES}; give a shorter output.uri`;
}

/**
 * `000002`, the end of the names of a generation's objects. Sorted as text or as numbers, they have
 * the same order.
 */
function generationId(generation: number): string {
  return String(generation).padStart(GENERATION_DIGITS, '0');
}

/**
 * The name of a generation's object; the first generation has no number in its name, unless it
 * needed another attempt.
 */
function named(name: string, generation: number, attempt = 1): string {
  if (attempt > 1) return `${name}-${generationId(generation)}-${attempt}`;
  return generation === 1 ? name : `${name}-${generationId(generation)}`;
}

/**
 * Key of the latest manifest: its existence means "complete". Each later generation replaces it.
 */
export function manifestKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}manifest.json`;
}

/** Key of the manifest of one generation, counted from 1; never replaced. */
export function generationKey(prefix: string, generation: number): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}manifest-${generationId(generation)}.json`;
}

/** What says in which folder chunks lie. */
export type ChunkPlace = Pick<RunBase, 'since' | 'moved'>;

/**
 * Folder of the chunks below an output. Each set of chunks has its own, so that one that overwrites
 * another leaves it as it is; and so has each later attempt of a generation, with what comes after
 * it.
 */
export function dataFolder({ since, moved }: ChunkPlace): string {
  if (moved !== undefined) return `data-g${generationId(moved.generation)}-${moved.attempt}/`;
  return since === 1 ? OUTPUT_FOLDERS.data : `data-g${generationId(since)}/`;
}

/** Whether a folder is one of {@link dataFolder}. */
export function isDataFolder(folder: string): boolean {
  return folder === OUTPUT_FOLDERS.data || /^data-g\d{6}(?:-\d+)?\/$/.test(folder);
}

/**
 * Key of the names of the columns, a JSON list with one name per line; the same for all runs of a
 * set.
 *
 * @param since the generation with which the set begins.
 */
export function columnNamesKey(prefix: string, since: number): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}${named('columns', since)}.json`;
}

/** Folder of the rows of a table that were left out; the same where {@link dataFolder} is. */
export function rejectsFolder({ since, moved }: ChunkPlace): string {
  const name = moved ? named('rejects', moved.generation, moved.attempt) : named('rejects', since);
  return `${OUTPUT_FOLDERS.manifest}${name}/`;
}

/** Folder of a companion of a generation: what else there is to read its files by. */
export function companionFolder(companion: string, generation: number, attempt = 1): string {
  return `${OUTPUT_FOLDERS.manifest}${named(companion, generation, attempt)}/`;
}

/** Folder of an output as a table of Iceberg: that of all its generations. */
export function icebergFolder(prefix: string): string {
  return `${prefix}${companionFolder('iceberg', 1)}`;
}

/** Key of the report on the last execution that failed; only people read it. */
export function failuresKey(prefix: string): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}failures.json`;
}

/**
 * Key of the object that claims a generation of an output for one run. The claim of the first
 * generation claims the prefix.
 */
export function claimKey(prefix: string, generation: number): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}${named('run', generation)}.json`;
}

/** Key of the plan of a generation: one line per chunk. */
export function planKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('plan', generation, attempt)}.jsonl`;
}

/** Key of the record of an upload, the first of a generation or a further one. */
export function uploadKey(prefix: string, generation: number, number: number): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('upload', generation)}-${generationId(number)}.json`;
}

/** Key of the rows of one object by its bytes, one JSON line for each part. */
export function segmentsKey(prefix: string, generation: number): string {
  return `${prefix}${OUTPUT_FOLDERS.manifest}segments-${generationId(generation)}.jsonl`;
}

/** Key of the layout of a generation's source, which every writer reads. */
export function layoutKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('source', generation, attempt)}.json`;
}

/** Key of the rows that the files of a partitioned table gather, one line for each share. */
export function sharesKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('shares', generation, attempt)}.jsonl`;
}

/** Key of the objects of a table, one line each; the plan says which lines are whose. */
export function objectsKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('objects', generation, attempt)}.jsonl`;
}

/**
 * Key of the objects that an inbox chose for a generation, before any run has claimed it: the
 * source of that run.
 */
export function chosenKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('objects-chosen', generation, attempt)}.jsonl`;
}

/** Key of the object of such a list that its writer found to be at fault, and why; one line. */
export function faultKey(prefix: string, generation: number, attempt = 1): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}${named('objects-fault', generation, attempt)}.jsonl`;
}

/** Key of the objects of many generations up to one, one line each. */
export function objectsOfManyKey(prefix: string, generation: number): string {
  return `${prefix}${OUTPUT_FOLDERS.plan}objects-to-${generationId(generation)}.jsonl`;
}

/** Location of what is staged for one unit of a source. */
export function stagedPrefix(stageId: string): string {
  return `${STAGED_FOLDER}${stageId}/`;
}

/** Name of an execution, which is the end of its ARN. */
function executionName(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf(':') + 1);
}

/** Location of what the children of the Stage rounds of an execution returned. */
export function stageResultsPrefix(executionArn: string): string {
  return `${STAGED_FOLDER}results/${executionName(executionArn)}/`;
}

/** Key of the report on an execution that failed before it had claimed an output. */
export function executionFailureKey(executionArn: string): string {
  return `${FAILURES_FOLDER}${executionName(executionArn)}.json`;
}

/**
 * Key of rows that go to the function of a transform, or come back from it.
 *
 * @param name of one call: no two calls of a run share a key.
 */
export function transformKey(runId: string, way: 'input' | 'output', name: string): string {
  return `${TRANSFORM_FOLDER}${runId}/${way}/${name}.parquet`;
}

/** Folder of what the mappers of a run share: its layout, its objects, their indexes. */
export function shuffleFolder(runId: string): string {
  return `${SHUFFLE_FOLDER}${runId}/`;
}

/**
 * Keys of one mapper of a run: the rows that it scattered, those that it left out, its index, and
 * what that says of each key where keys are whole.
 */
export interface ScatterKeys {
  readonly rows: string;
  readonly rejects: string;
  readonly index: string;
  readonly keys: string;
}

/** Prefixes over which scattered objects are spread: S3 counts requests by prefix. */
const SPREAD = 256;

/** Keys of the mapper of this number, from 0. */
export function scatterKeys(runId: string, mapper: number): ScatterKeys {
  const spread = (mapper % SPREAD).toString(16).padStart(2, '0');
  const name = String(mapper).padStart(GENERATION_DIGITS, '0');
  const folder = `${SHUFFLE_FOLDER}${spread}/${runId}/`;
  return {
    rows: `${folder}${name}.parquet`,
    rejects: `${folder}${name}.jsonl`,
    index: `${shuffleFolder(runId)}index/${name}.json`,
    keys: `${shuffleFolder(runId)}index/${name}.parquet`,
  };
}

/** Key of how the mappers of a run read its table. */
export function shuffleLayoutKey(runId: string): string {
  return `${shuffleFolder(runId)}source.json`;
}

/** Key of the objects that the mappers of a run read, one line each. */
export function shuffleObjectsKey(runId: string): string {
  return `${shuffleFolder(runId)}objects.jsonl`;
}

/** What is wrong with a prefix that lies in a folder kept for something else. */
export function reservedProblem(prefix: string, from: string): string | undefined {
  const folder = RESERVED_FOLDERS.find((reserved) => prefix.startsWith(reserved));
  if (folder === undefined) return undefined;
  return `${from} lies below ${folder}, which is kept for what runs need themselves (${RESERVED_FOLDERS.join(', ')}); give an output.uri elsewhere`;
}

/**
 * The prefix of a run whose request names none: the source's key without its ending, then the run
 * id.
 *
 * @param sourceKey `folder/matrix.npz` and `folder/matrix/` give `folder/matrix/<run id>/`.
 */
export function defaultPrefix(sourceKey: string, runId: string): string {
  return `${sourceKey.replace(/(\.[^./]+|\/)$/, '')}/${runId}/`;
}

/** `s3://bucket/key` of something below an output. */
export function outputUri({ bucket }: OutputLocation, key: string): string {
  return `s3://${bucket}/${key}`;
}
