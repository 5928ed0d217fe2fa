import { CorruptSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';

/** The names in the header of an object. */
export interface CsvHeader {
  readonly uri: string;
  readonly names: readonly string[];
}

function list(names: readonly string[]): string {
  return names.map(shownName).join(', ');
}

/** What makes the second header another one, in words. */
function differenceOf(first: CsvHeader, second: CsvHeader): string {
  const [ofFirst, ofSecond] = [new Set(first.names), new Set(second.names)];
  const absent = first.names.filter((name) => !ofSecond.has(name));
  const added = second.names.filter((name) => !ofFirst.has(name));
  if (absent.length > 0) return `lacks ${list(absent.slice(0, 3))}`;
  if (added.length > 0) return `has ${list(added.slice(0, 3))} besides`;
  return `has ${list([second.names.find((name, k) => name !== first.names[k])!])} at another place`;
}

/**
 * Where each column of the first header stands in the second one, counted from 0; undefined for a
 * column that the second lacks, which only `byName` allows. Columns are never matched by place.
 *
 * @throws {CorruptSourceError} the headers differ in names or order, and `byName` is not set.
 */
export function mapHeader(
  first: CsvHeader,
  second: CsvHeader,
  byName: boolean,
): readonly (number | undefined)[] {
  const places = new Map(second.names.map((name, k) => [name, k]));
  const isSame =
    first.names.length === second.names.length &&
    first.names.every((name, k) => name === second.names[k]);
  if (!isSame && !byName) {
    throw new CorruptSourceError(
      `${second.uri} has another header than ${first.uri}: it ${differenceOf(first, second)}; set source.byName to true to match columns by name, or make the headers equal`,
    );
  }
  return first.names.map((name) => places.get(name));
}
