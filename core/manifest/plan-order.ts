import type { PlannedChunk, RowChunk } from '#core/run/planned-chunk.ts';
import { isTableRun } from '#core/run/run-header.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { CountedRun } from './manifest-text.ts';

/** Where a chunk of a table ends; before the first one the begin of the source. */
function endOf(chunk: PlannedChunk | undefined): TableChunk['end'] {
  return chunk === undefined || !('end' in chunk) ? { object: 0, at: 0 } : chunk.end;
}

/** Where the chunk before one ends in the same partition; 0 where it is of another one. */
function endWithin({ partition }: GatherChunk, before: PlannedChunk | undefined): number {
  if (before === undefined || !('within' in before)) return 0;
  const isSame = before.partition.every((value, at) => value === partition[at]);
  return isSame ? before.within.end : 0;
}

/** Whether a chunk begins where the one before it ends, the first one with the source. */
export function follows(chunk: PlannedChunk, before: PlannedChunk | undefined): boolean {
  if ('rowStart' in chunk) return chunk.rowStart === (isRows(before) ? before.rowEnd : 0);
  if ('within' in chunk) return chunk.within.start === endWithin(chunk, before);
  const { object, at, row } = endOf(before);
  const { start } = chunk;
  return start.object === object && start.at === at && start.row === row;
}

function isRows(chunk: PlannedChunk | undefined): chunk is RowChunk {
  return chunk !== undefined && 'rowStart' in chunk;
}

/** Whether a chunk is one of whole keys, of whose rows a transform may make fewer. */
function isWhole(chunk: PlannedChunk | undefined): chunk is GatherChunk {
  return chunk !== undefined && 'within' in chunk && chunk.keys !== undefined;
}

/**
 * What is wrong with the end of a plan; undefined if it is that of the source.
 *
 * @param last chunk of the plan; undefined of a plan without chunks.
 * @param rows of all its chunks.
 */
export function missingEnd(
  last: PlannedChunk | undefined,
  run: CountedRun,
  rows: number,
): string | undefined {
  if (!isTableRun(run)) {
    const row = isRows(last) ? last.rowEnd : 0;
    return row === run.rows ? undefined : `the plan ends at row ${row} of ${run.rows}`;
  }
  if (run.scattered !== undefined) {
    const { rows: all } = run.scattered;
    const held = isWhole(last) ? last.within.end : rows;
    return held === all ? undefined : `the chunks hold ${held} of ${all} scattered rows`;
  }
  const { object, at, row } = endOf(last);
  if (object === run.facts.objects && at === 0 && row === undefined) return undefined;
  return `the plan ends in object ${object} of ${run.facts.objects}`;
}
