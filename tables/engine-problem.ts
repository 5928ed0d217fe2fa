import { EngineError } from '@sparse-fanout/engine';
import { BoundExceededError, CorruptSourceError, ServiceUnavailableError } from '#core/errors.ts';
import { isOwnFault } from './own-fault.ts';
import type { TableSlice } from './table-slice.ts';

function sourceOf({ parts }: TableSlice): string {
  const [first] = parts;
  const others = parts.length - 1;
  return `${first!.source.uri}${others > 0 ? ` or one of the ${others} that follow it` : ''}`;
}

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

function ofSlice(slice: TableSlice, error: EngineError): Error {
  if (error.kind === 'other' && NO_FILES.test(error.message)) {
    return new ServiceUnavailableError(
      `a slice of ${sourceOf(slice)} could not be read, since the function may open no more files`,
      { cause: error },
    );
  }
  if (error.kind !== 'memory' && error.kind !== 'disk') return pagesProblem(slice, error);
  return new BoundExceededError(
    `a slice of ${sourceOf(slice)} needs more ${error.kind} than a writer has for ${slice.sources.length} columns; ask for fewer columns, or for smaller files`,
    { cause: error },
  );
}
