import type { ByteRange } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { PARQUET_MAGIC, type ParquetFooter } from './footer.ts';
import { endOfFile, type MovedGroup } from './footer-copy.ts';
import type { RowGroup } from './row-groups.ts';

/** A Parquet file made of the row groups of others. */
export interface JoinedFiles {
  /** What to copy of each file, in order, and where it begins in the new one. */
  readonly bodies: readonly { readonly from: ByteRange; readonly at: number }[];
  readonly rows: number;
  /** What follows: footer, its length and the magic. */
  readonly end: { readonly bytes: Uint8Array; readonly at: number };
}

/** The types of columns; those of a row group are called as those of the template. */
function columnsText({ leaves }: ParquetFooter): string {
  return JSON.stringify(
    leaves.map(({ path, physical, width }) => [path.slice(1), physical, width]),
  );
}

/** Where the columns of row groups lie, with what is between them. */
function bodyOf(groups: readonly RowGroup[]): ByteRange {
  const ranges = groups.flatMap((group) => group.ranges);
  const offset = Math.min(...ranges.map((range) => range.offset));
  const end = Math.max(...ranges.map((range) => range.offset + range.length));
  return ranges.length === 0
    ? { offset: PARQUET_MAGIC.length, length: 0 }
    : { offset, length: end - offset };
}

/**
 * Plans the Parquet file that holds the rows of others, one after the other: their row groups as
 * they are, and one footer that lists them.
 *
 * Schema, names of columns and key-value metadata are the template's; page indexes and Bloom
 * filters are left out.
 *
 * @throws {CorruptSourceError} a file has columns of other types than the template.
 */
export function joinFooters(template: ParquetFooter, files: readonly ParquetFooter[]): JoinedFiles {
  const columns = columnsText(template);
  const moved: MovedGroup[] = [];
  const bodies: { from: ByteRange; at: number }[] = [];
  let at = PARQUET_MAGIC.length;
  for (const footer of files) {
    if (columnsText(footer) !== columns) {
      throw new CorruptSourceError(
        `${footer.uri} has other columns than ${template.uri}, with which it is joined`,
      );
    }
    const groups = footer.rowGroups.filter(({ rows }) => rows > 0);
    const from = bodyOf(groups);
    moved.push(...groups.map((group) => ({ footer, group, shift: from.offset - at })));
    bodies.push({ from, at });
    at += from.length;
  }
  const rows = moved.reduce((sum, { group }) => sum + group.rows, 0);
  return { bodies, rows, end: { bytes: endOfFile(template, moved), at } };
}
