import { chunkKeyBy } from './chunk-name.ts';
import type { RunHeader } from './run-header.ts';
import { outputOf } from './run-output.ts';

/** Key of a chunk of a run of either wing; see {@link chunkKeyBy}. */
export function chunkKey(
  run: Pick<RunHeader, 'location' | 'output' | 'base'>,
  index: number,
): string {
  return chunkKeyBy(outputOf(run.output), run, index);
}
