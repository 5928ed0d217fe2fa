import { CorruptSourceError, RequestError } from '#core/errors.ts';
import type { FormatInput, MatrixFormat, Resolution } from '#core/sparse/formats/matrix-format.ts';
import { openStagedRowNames, stageRowNames } from '#core/sparse/names/stage-row-names.ts';

/** The Stage round that makes the names of rows readable by range: one job per unit. */
export const ROW_NAMES_ROUND = 'row-names';

/**
 * Adds the names of its rows to the layout of a unit, or asks for the job that stages them. A unit
 * without row names is left as it is.
 *
 * @throws {CorruptSourceError} there are more or fewer names than rows.
 */
export async function nameRows(
  resolution: Extract<Resolution, { layout: unknown }>,
  format: MatrixFormat,
  input: FormatInput,
): Promise<Resolution> {
  const names = await format.rowNames?.(input);
  if (names === undefined) return resolution;
  const staged = await openStagedRowNames(input.staged);
  if (staged === undefined) return { jobs: [{ round: ROW_NAMES_ROUND, index: 0 }] };
  const { layout } = resolution;
  const { pin: object, rows, longestBytes, recordBytes } = staged;
  if (rows !== layout.shape[0]) {
    throw new CorruptSourceError(
      `${names.uri} has ${rows} names, but the matrix has ${layout.shape[0]} rows; write the source again, or leave out output.text.index`,
    );
  }
  const rowNames = { title: names.title ?? '', longestBytes };
  return {
    ...resolution,
    layout: { ...layout, rowNames, rowNamesParts: [{ object, rows, recordBytes }] },
  };
}

/**
 * Stages the names of the rows of a unit.
 *
 * @throws {RequestError} the unit has none.
 */
export async function stageRowNamesOf(format: MatrixFormat, input: FormatInput): Promise<void> {
  const names = await format.rowNames?.(input);
  if (names === undefined) {
    throw new RequestError([`${input.unit.uri} is of format ${format.name}, without row names`]);
  }
  await stageRowNames(names, input.staged);
}
