import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { NULL_PARTITION } from '#core/tables/order/hive-columns.ts';

/** File systems have no longer names. */
export const MAX_FOLDER_BYTES = 255;

/**
 * What Hive and Spark write as `%` and two digits, by `FileUtils.charToEscape` of Hive.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Hive escapes them.
const ESCAPED = /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g;

function escaped(text: string): string {
  return text.replaceAll(
    ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** The value of a partition, as SQL prints it. */
export type PartitionValue = string | null;

function folderOf(name: string, value: PartitionValue): string {
  if (value === '' || value === NULL_PARTITION) {
    throw new UnsupportedSourceError(
      `column ${shownName(name)} of output.partitionBy holds ${JSON.stringify(value)}, which Hive and Spark read as NULL; let transform.sql make another text or NULL of it`,
    );
  }
  const folder = `${escaped(name)}=${value === null ? NULL_PARTITION : escaped(value)}`;
  const bytes = Buffer.byteLength(folder);
  if (bytes <= MAX_FOLDER_BYTES) return `${folder}/`;
  throw new BoundExceededError(
    `the folder of ${shownName(folder)} would have ${bytes} bytes, at most ${MAX_FOLDER_BYTES} are allowed; let transform.sql shorten the values of column ${shownName(name)}`,
  );
}

/**
 * The folders of a partition, `name=value/` for each column, as Hive and Spark write them.
 *
 * @throws {UnsupportedSourceError} a value is one that readers take for NULL.
 * @throws {BoundExceededError} a folder is longer than file systems allow.
 */
export function partitionFolder(
  columns: readonly string[],
  values: readonly PartitionValue[],
): string {
  return columns.map((name, at) => folderOf(name, values[at] ?? null)).join('');
}

/** Compares keys as S3 lists them: by their bytes. */
export function compareKeys(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}
