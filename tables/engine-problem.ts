import { EngineError } from '@sparse-fanout/engine';
import { BoundExceededError, CorruptSourceError, ServiceUnavailableError } from '#core/errors.ts';
import { OTHER_PARTITION } from '#core/tables/partition/partition-sql.ts';
import { isOwnFault } from './own-fault.ts';
import type { TableSlice } from './table-slice.ts';

function sourceOf({ parts }: TableSlice): string {
  const [first] = parts;
  const others = parts.length - 1;
  return `${first!.source.uri}${others > 0 ? ` or one of the ${others} that follow it` : ''}`;
}

/** Of values in a message. */
const MOST_SHOWN = 100;

/** Of a machine that has no files left for now, which says nothing of the source. */
const NO_FILES = /Too many open files/i;

/** Only pages of Parquet are not proved before the engine reads them. */
function pagesProblem(slice: TableSlice, error: EngineError): Error {
  if (slice.format !== 'parquet' || error.kind === 'syntax' || error.kind === 'refused')
    return error;
  // The engine names its own file and its own code.
  const said = error.message
    .replace(/^(?:Failed to read file|.*? file) "[^"]*": /, '')
    .slice(0, 200);
  return new CorruptSourceError(
    `${sourceOf(slice)} has pages that cannot be read (${said}); copy or write it again`,
    { cause: error },
  );
}

/**
 * An error of the engine under a slice as a named one.
 *
 * @returns the error itself where it is a fault of this program, or none of the engine.
 */
export function engineProblem(slice: TableSlice, error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const problem = ofSlice(slice, error);
  const [first, ...others] = new Set(slice.parts.map(({ source }) => source.uri));
  if (isOwnFault(problem) && others.length === 0) problem.object = first!;
  return problem;
}

/** A row whose own value is not that of the folder of its object. */
function ofOtherPartition(slice: TableSlice, error: EngineError): Error | undefined {
  const at = error.kind === 'conversion' ? error.message.indexOf(OTHER_PARTITION) : -1;
  if (at < 0) return undefined;
  const given = error.message.slice(at + OTHER_PARTITION.length).slice(0, MOST_SHOWN);
  return new CorruptSourceError(
    `a row of ${sourceOf(slice)} has ${JSON.stringify(given)} in the columns of output.partitionBy, which its folder says otherwise; give transform.sql, such as SELECT * FROM input, so that rows are put into the partitions that they say`,
    { cause: error },
  );
}

function ofSlice(slice: TableSlice, error: EngineError): Error {
  if (error.kind === 'other' && NO_FILES.test(error.message)) {
    return new ServiceUnavailableError(
      `a slice of ${sourceOf(slice)} could not be read, since the function may open no more files`,
      { cause: error },
    );
  }
  const other = ofOtherPartition(slice, error);
  if (other !== undefined) return other;
  if (error.kind !== 'memory' && error.kind !== 'disk') return pagesProblem(slice, error);
  return new BoundExceededError(
    `a slice of ${sourceOf(slice)} needs more ${error.kind} than a writer has for ${slice.sources.length} columns; ask for fewer columns, or for smaller files`,
    { cause: error },
  );
}
