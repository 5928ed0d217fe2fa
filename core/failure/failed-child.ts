import { type PlannedChunk, rangeText } from '#core/run/planned-chunk.ts';
import type { StageTask } from '#core/sources/stage-task.ts';
import { causeSentence } from './cause-sentence.ts';

/** The error of a Distributed Map whose child failed. It is true, but does not say why. */
export const MAP_FAILURE = 'States.ExceedToleratedFailureThreshold';

/** A failed child of a Map as the ResultWriter describes it; only the fields that are read. */
interface ChildRecord {
  readonly Error?: string;
  readonly Cause?: string;
  /** JSON: the input of the child; it is left out where it is large. */
  readonly Input?: string;
  readonly StopDate?: string;
}

/** The child of a Map that failed: which one, and why. */
export interface FailedChild {
  /** Such as `chunk 3 (rows 6 to 8)`. */
  readonly what: string;
  readonly name: string;
  readonly message: string;
  /** ISO 8601, empty if it is not known. */
  readonly stoppedAt: string;
}

/** The part of a child's input that names it. */
interface ChildInput {
  readonly chunk?: PlannedChunk;
  readonly task?: StageTask;
}

function whatOf(input = '{}'): string {
  const { chunk, task } = JSON.parse(input) as ChildInput;
  if (chunk !== undefined) {
    return `chunk ${chunk.index} (${rangeText(chunk)})`;
  }
  if (task === undefined) return 'a child';
  return `preparing ${'text' in task ? task.text.uri : task.unit.uri}`;
}

/** Reads a line of a result file of failed children. */
export function parseFailedChild(line: string): FailedChild {
  const { Error: name, Cause: cause, Input: input, StopDate } = JSON.parse(line) as ChildRecord;
  return {
    what: whatOf(input),
    name: name ?? 'States.TaskFailed',
    message: causeSentence(cause ?? 'no reason was given'),
    stoppedAt: StopDate ?? '',
  };
}
