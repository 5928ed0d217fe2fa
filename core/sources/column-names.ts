import { CorruptSourceError, RequestError } from '#core/errors.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { NamesFigures } from '#core/sparse/matrix-facts.ts';
import { figuresOf } from '#core/sparse/names/names-text.ts';
import type { Names } from '#core/sparse/names.ts';
import type { SourceLayout } from './open-source.ts';
import { openUnit, type ResolveContext } from './resolve-source.ts';

/** Whose columns are named. */
interface NamedSource {
  readonly units: readonly SourceUnit[];
  /** Names of the request, which come before those in the source. */
  readonly given?: Names | undefined;
}

/** A layout, and the names of its columns if they have any. */
export interface NamedLayout {
  readonly layout: SourceLayout;
  readonly columnNames: Names | undefined;
}

interface ReadNames {
  readonly names: Names;
  readonly figures: NamesFigures;
}

function countProblem({ names, figures }: ReadNames, columns: number): string {
  return `${names.uri} has ${figures.count} names, but the matrix has ${columns} columns`;
}

async function readGiven(names: Names, columns: number): Promise<ReadNames> {
  const read = { names, figures: await figuresOf(names) };
  if (read.figures.count === columns) return read;
  throw new RequestError([`${countProblem(read, columns)}; give a name for each column`]);
}

async function readUnit(
  unit: SourceUnit,
  context: ResolveContext,
  columns: number,
): Promise<ReadNames | undefined> {
  const { format, input } = await openUnit(unit, context);
  const names = await format.columnNames?.(input);
  if (names === undefined) return undefined;
  const read = { names, figures: await figuresOf(names) };
  if (read.figures.count === columns) return read;
  throw new CorruptSourceError(
    `${countProblem(read, columns)}; write the source again, or name all columns with source.columnNames`,
  );
}

function described(unit: SourceUnit, read: ReadNames | undefined): string {
  return read === undefined
    ? `${unit.uri} has no column names`
    : `${unit.uri} has column names with CRC-32 ${read.figures.crc32}`;
}

/** Reads the names of every unit, one after the other. Those of the first one stand for all. */
async function readUnits(
  units: readonly SourceUnit[],
  context: ResolveContext,
  columns: number,
): Promise<ReadNames | undefined> {
  const first = units[0]!;
  const found = await readUnit(first, context, columns);
  for (const unit of units.slice(1)) {
    const next = await readUnit(unit, context, columns);
    if (next?.figures.crc32 === found?.figures.crc32) continue;
    throw new CorruptSourceError(
      `${described(unit, next)}, but ${described(first, found)}; all parts of a matrix must have the same names, or give them with source.columnNames`,
    );
  }
  return found;
}

/**
 * Finds the names of the columns of a resolved source: those of the request, else those that the
 * source has. Reads all of them once; holds one batch. A matrix without columns has no names.
 *
 * @throws {CorruptSourceError} there are more or fewer names than columns, or parts differ in them.
 * @throws {RequestError} the request gives more or fewer names than there are columns.
 */
export async function nameColumns(
  layout: SourceLayout,
  { units, given }: NamedSource,
  context: ResolveContext,
): Promise<NamedLayout> {
  const columns = layout.shape[1];
  const read =
    given === undefined
      ? await readUnits(units, context, columns)
      : await readGiven(given, columns);
  if (read === undefined || columns === 0) return { layout, columnNames: undefined };
  return { layout: { ...layout, columnNames: read.figures }, columnNames: read.names };
}
