import { crc32Hex } from '#core/checksum/crc32.ts';
import {
  CorruptSourceError,
  IncompleteSourceError,
  SourceChangedError,
  SourceNotFoundError,
} from '#core/errors.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import { findObject } from './arrays.ts';
import { META_FILE } from './file-names.ts';
import type { BundleFile, BundleMeta } from './meta.ts';

const isInS3 = (uri: string): boolean => uri.startsWith('s3://');

function howToUpload(uri: string): string {
  if (!isInS3(uri)) return `copy the other files first and ${META_FILE} last`;
  return `upload the arrays first and ${META_FILE} last: aws s3 sync FOLDER ${uri} --exclude ${META_FILE} && aws s3 cp FOLDER/${META_FILE} ${uri}`;
}

/** The error of a bundle whose objects are not all there yet. */
export function incomplete(
  uri: string,
  problems: readonly string[],
  options?: ErrorOptions,
): IncompleteSourceError {
  return new IncompleteSourceError(
    `${uri} is not a whole bundle yet: ${problems.join(', ')}; ${howToUpload(uri)}`,
    options,
  );
}

/** Says that objects are not there. */
export function missing(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} missing`;
}

/** The files that a `meta.json` names. */
export function filesOf(meta: BundleMeta): readonly BundleFile[] {
  const { indptr, indices, data, columnNames, rowNames, mixed } = meta;
  const optional = [columnNames, rowNames, mixed?.columnGroups];
  return [indptr, indices, data, ...optional.filter((file) => file !== undefined)];
}

/** Says how the length of an object differs from that in `meta.json`. */
function wrongLengths(input: FormatInput, files: readonly BundleFile[]): string[] {
  return files.flatMap(({ file, bytes }) => {
    const { size } = input.unit.objects[findObject(input, file)]!;
    if (bytes === undefined || bytes === size) return [];
    return [`${file} has ${size} bytes, not the ${bytes} that its ${META_FILE} says`];
  });
}

/**
 * Compares the CRC-32 of an object with that in `meta.json`.
 *
 * @returns false if one of them is not known.
 * @throws {IncompleteSourceError} they differ.
 */
async function hasItsBytes(input: FormatInput, { file, crc32 }: BundleFile): Promise<boolean> {
  const { unit, store } = input;
  if (crc32 === undefined) return false;
  // A file that is named by its content is never replaced by another one.
  if (file.includes(crc32)) return true;
  const stored = await store.crc32?.(unit.objects[findObject(input, file)]!);
  if (stored === undefined) return false;
  if (crc32Hex(stored) === crc32) return true;
  throw incomplete(unit.uri, [
    `${file} has CRC-32 ${crc32Hex(stored)}, not the ${crc32} that its ${META_FILE} says`,
  ]);
}

/**
 * Makes sure that the files that a `meta.json` names are there, with the length and, where both are
 * known, the CRC-32 that it says.
 *
 * @returns true if every file is known to be the one that `meta.json` means.
 * @throws {IncompleteSourceError} a file is missing, or is that of another version.
 */
export async function assertArrived(meta: BundleMeta, input: FormatInput): Promise<boolean> {
  const { uri } = input.unit;
  const files = filesOf(meta);
  const absent = files.filter(({ file }) => findObject(input, file) < 0);
  if (absent.length > 0) throw incomplete(uri, [missing(absent.map(({ file }) => file))]);
  const wrong = wrongLengths(input, files);
  if (wrong.length > 0) throw incomplete(uri, wrong);
  const compared = await Promise.all(files.map((each) => hasItsBytes(input, each)));
  return compared.every((isSame) => isSame);
}

/**
 * The error to throw for one that was met while a bundle was looked at: objects of S3 that are
 * replaced or deleted between two reads belong to an upload that is under way.
 */
export function whileUploading(error: unknown, uri: string): unknown {
  const isGone = error instanceof SourceChangedError || error instanceof SourceNotFoundError;
  if (!isGone || !isInS3(uri)) return error;
  return incomplete(uri, [error.message], { cause: error });
}

/** The error to throw where arrays that may be of another version contradict `meta.json`. */
export function ofAnotherVersion(error: unknown, uri: string): unknown {
  if (!(error instanceof CorruptSourceError)) return error;
  return incomplete(uri, [error.message], { cause: error });
}
