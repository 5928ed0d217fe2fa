import { BoundExceededError } from '#core/errors.ts';
import { implicitText } from '#core/outputs/csv/implicit-text.ts';
import { utf8Bytes } from '#core/outputs/csv/text-bounds.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';

/** Most bytes of a template: it is held in memory by every writer. */
const MAX_TEMPLATE_BYTES = 64 * 1024 * 1024;

/**
 * Bytes of the text of a row in which nothing is stored.
 *
 * @throws {BoundExceededError} they are more than 64 MiB.
 */
export function templateBytes(options: MixedColumns): number {
  const { types, columns } = options;
  const units = cellOptionsOf(options).map((cell) => utf8Bytes(implicitText(cell)) + 1);
  const bytes = types.groups.reduce((sum, group, i) => sum + group.columns * units[i]!, 0);
  if (bytes <= MAX_TEMPLATE_BYTES) return bytes;
  throw new BoundExceededError(
    `a row of ${columns} columns of several dtypes takes ${bytes} bytes without its stored cells, allowed are ${MAX_TEMPLATE_BYTES}; take a shorter naRep, or split the matrix by columns`,
  );
}

/** The text of a row in which nothing is stored. */
export interface RowTemplate {
  /** Each cell with its delimiter, the last one with the line end. */
  readonly bytes: Uint8Array;
  /** Offset of each column in `bytes`, and one more for their end. */
  readonly starts: Uint32Array;
}

const LINE_END = 0x0a;

/**
 * Makes the text of a row in which nothing is stored: some bytes per column for each of them, and
 * four for their places.
 *
 * @param columnGroups number of the group of each column.
 * @throws {BoundExceededError} it is longer than 64 MiB.
 */
export function createRowTemplate(options: MixedColumns, columnGroups: Uint8Array): RowTemplate {
  const utf8 = new TextEncoder();
  const units = cellOptionsOf(options).map((cell) =>
    utf8.encode(implicitText(cell) + options.dialect.delimiter),
  );
  const starts = new Uint32Array(columnGroups.length + 1);
  for (let column = 0; column < columnGroups.length; column++) {
    starts[column + 1] = starts[column]! + units[columnGroups[column]!]!.length;
  }
  const bytes = new Uint8Array(templateBytes(options));
  for (let column = 0; column < columnGroups.length; column++) {
    bytes.set(units[columnGroups[column]!]!, starts[column]!);
  }
  bytes[bytes.length - 1] = LINE_END;
  return { bytes, starts };
}
