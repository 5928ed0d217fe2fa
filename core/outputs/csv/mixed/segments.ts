import { implicitText } from '#core/outputs/csv/implicit-text.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';

/** Neighbouring columns whose unstored cells have the same text. */
interface Segment {
  /** The column after the last one. */
  readonly end: number;
  /** Number of its unit among all of them. */
  readonly unit: number;
}

/** The unstored cells of a row, as few texts that repeat. */
export interface Segments {
  readonly segments: readonly Segment[];
  /** An unstored cell with its delimiter, each text once. */
  readonly units: readonly Uint8Array[];
}

/**
 * Cuts the columns into segments.
 *
 * @param columnGroups number of the group of each column.
 */
export function cutSegments(options: MixedColumns, columnGroups: Uint8Array): Segments {
  const texts = cellOptionsOf(options).map(
    (cell) => implicitText(cell) + options.dialect.delimiter,
  );
  const distinct = [...new Set(texts)];
  const unitOf = texts.map((text) => distinct.indexOf(text));
  const segments: Segment[] = [];
  for (let column = 0; column < columnGroups.length; column++) {
    const unit = unitOf[columnGroups[column]!]!;
    if (column + 1 < columnGroups.length && unitOf[columnGroups[column + 1]!] === unit) continue;
    segments.push({ end: column + 1, unit });
  }
  const utf8 = new TextEncoder();
  return { segments, units: distinct.map((text) => utf8.encode(text)) };
}
