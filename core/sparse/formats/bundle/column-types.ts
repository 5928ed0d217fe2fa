import { crc32 } from 'node:zlib';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { parseDescr } from '#core/containers/npy/descr.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { FormatInput } from '#core/sparse/formats/matrix-format.ts';
import type { ArrayLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { ColumnGroup, ColumnTypes } from '#core/sparse/matrix-facts.ts';
import { readArray } from './arrays.ts';
import { META_FILE } from './file-names.ts';
import type { BundleMeta } from './meta.ts';

/** Most columns of several dtypes: the text of a row without stored cells is held in memory. */
const MAX_COLUMNS = 2 ** 22;

/** Where the group of each column lies, and what the groups are. */
export interface FoundTypes {
  readonly columnTypes: ColumnTypes;
  readonly columnGroups: ArrayLayout;
}

type Mixed = NonNullable<BundleMeta['mixed']>;

/** @throws {CorruptSourceError} a value would not fit into a cell. */
function checkWidths({ groups }: Mixed, { dtype }: BundleMeta, where: string): void {
  const cell = parseDescr(dtype, where);
  const types = groups.map((group) => parseDescr(group.dtype, where));
  const isWide = types.every((type) => ITEM_BYTES[type.dtype] <= ITEM_BYTES[cell.dtype]);
  const isLittle = [cell, ...types].every(({ bigEndian }) => !bigEndian);
  if (cell.dtype.startsWith('uint') && isWide && isLittle) return;
  throw new CorruptSourceError(
    `${where} has cells of ${dtype} for columns of several dtypes, expected an unsigned type as wide as the widest of them, and all little-endian; write the bundle again`,
  );
}

/** How many columns are of each group. */
function countColumns(elements: Uint8Array, groups: number, where: string): number[] {
  const counts = Array<number>(groups).fill(0);
  for (const [column, group] of elements.entries()) {
    if (group >= groups) {
      throw new CorruptSourceError(
        `${where} has the group ${group} for column ${column}, but there are ${groups} groups, counted from 0; write the bundle again`,
      );
    }
    counts[group]! += 1;
  }
  const unused = counts.indexOf(0);
  if (unused === -1) return counts;
  throw new CorruptSourceError(
    `${where} has no column of group ${unused}; write the bundle again without that group`,
  );
}

async function readElements(
  { file }: Mixed['columnGroups'],
  input: FormatInput,
  columns: number,
): Promise<{ readonly columnGroups: ArrayLayout; readonly elements: Uint8Array }> {
  const { uri } = input.unit;
  if (columns > MAX_COLUMNS) {
    throw new BoundExceededError(
      `${uri} has ${columns} columns of several dtypes, allowed are ${MAX_COLUMNS}; give all one dtype, or split the matrix by columns`,
    );
  }
  const { source, layout } = await readArray(input, file);
  if (layout.dtype !== 'uint8' || layout.length !== columns) {
    throw new CorruptSourceError(
      `${uri}${file} has ${layout.length} elements of ${layout.dtype}, expected ${columns} of uint8, one for each column; write the bundle again`,
    );
  }
  const range = { offset: layout.offset, length: layout.length };
  return { columnGroups: layout, elements: await source.read(range) };
}

/**
 * Reads the groups of columns of several dtypes: a byte per column.
 *
 * @returns undefined where all columns have one dtype.
 * @throws {CorruptSourceError} they do not fit the matrix.
 * @throws {BoundExceededError} more than 4,194,304 columns.
 */
export async function readColumnTypes(
  meta: BundleMeta,
  input: FormatInput,
): Promise<FoundTypes | undefined> {
  const { mixed, shape } = meta;
  if (mixed === undefined) return undefined;
  const where = `${META_FILE} of ${input.unit.uri}`;
  checkWidths(mixed, meta, where);
  const { columnGroups, elements } = await readElements(mixed.columnGroups, input, shape[1]);
  const counts = countColumns(
    elements,
    mixed.groups.length,
    `${input.unit.uri}${mixed.columnGroups.file}`,
  );
  const groups = mixed.groups.map(
    ({ dtype, fillValue }, i): ColumnGroup => ({
      dtype: parseDescr(dtype, where).dtype,
      ...(fillValue === 'NaN' && { fillValue }),
      columns: counts[i]!,
    }),
  );
  return { columnTypes: { groups, crc32: crc32Hex(crc32(elements)) }, columnGroups };
}
