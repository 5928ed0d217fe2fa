import type { Placement } from '#core/manifest/place-run.ts';
import type { BoundObjects } from './bind-objects.ts';

/** A table whose place in its output is known. */
export interface PlacedTable {
  readonly bound: BoundObjects;
  readonly placement: Placement;
  readonly executionId: string;
}
