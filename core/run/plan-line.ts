import * as z from 'zod/mini';
import { parseInput } from '#core/schemas/parse-input.ts';
import { gatherChunk } from '#core/tables/run/gather-chunk.ts';
import { tableChunk } from '#core/tables/run/table-chunk.ts';
import { type PlannedChunk, plannedText, rowChunk } from './planned-chunk.ts';

const plannedChunk = z.union([rowChunk, tableChunk, gatherChunk]);

/** One line of a plan as text. */
export function planLine(chunk: PlannedChunk): string {
  return `${plannedText(chunk)}\n`;
}

/** @throws {RequestError} the line is not one that {@link planLine} made. */
export function parsePlanLine(line: string): PlannedChunk {
  return parseInput(plannedChunk, 'the plan', JSON.parse(line));
}
