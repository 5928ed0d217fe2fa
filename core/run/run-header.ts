import * as z from 'zod/mini';
import { matrixRun } from './matrix-run.ts';
import { type TableRun, tableRun } from './table-run.ts';

/** What every step of a run knows: about 1 KB. Each child of the Map gets it with its range. */
export const runHeader = z.union([matrixRun, tableRun]);

export type RunHeader = Readonly<z.infer<typeof runHeader>>;

/** Whether a run is of a table. */
export function isTableRun(run: RunHeader): run is TableRun {
  return run.facts.kind === 'table';
}
