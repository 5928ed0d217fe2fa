import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { companionObjects } from '#core/manifest/companions.ts';
import { assertSameKind } from '#core/manifest/generations.ts';
import { type Placement, refusedUnlike } from '#core/manifest/place-run.ts';
import { digest128 } from '#core/objects/digest.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import type { TableFacts } from '#core/tables/run/table-facts.ts';
import { outputColumns, type TableLayout } from '#core/tables/run/table-layout.ts';
import type { TablePlan } from '#tables/plan-table.ts';
import type { BoundObjects } from './bind-objects.ts';
import type { PackedTable } from './packed-table.ts';

/** A table that fits its request and what its rows come after. */
interface CheckedTable extends BoundObjects, Placement {
  readonly facts: TableFacts;
}

/** Objects of a plan that are there. */
interface StandingPlan {
  readonly layout: boolean;
  readonly chunks: boolean;
}

/** A table that is cut into files. */
export interface ReadyTable extends CheckedTable {
  readonly planned: TablePlan | PackedTable;
  /** What an earlier try has written of it. @default nothing */
  readonly stands?: StandingPlan;
}

/**
 * Puts together what is known of a run once its table was looked at, and compares it with what the
 * request expects and the output has: before anything is staged or sampled.
 *
 * @throws {RequestError} a companion cannot have a name or type of the columns.
 * @throws {ExpectationError} the table is not what the request expects.
 * @throws {OutputConflictError} its columns are not those that its rows come after.
 */
export async function checkTable(
  bound: BoundObjects,
  placement: Placement,
  layout: TableLayout,
): Promise<CheckedTable> {
  const { request, objects, location } = bound;
  const { format } = layout;
  const schema = outputColumns(layout);
  const facts: TableFacts = {
    kind: 'table',
    format,
    objects: objects.count,
    bytes: objects.totalBytes,
    columns: schema.length,
    schema: await digest128(JSON.stringify(schema)),
    engine: engineVersion(),
  };
  const output = tableSpecOf(request);
  const { generation, base } = placement;
  // Refused here what Finalize could not write, however many files there will be.
  companionObjects({ output, location, generation, base, chunks: 1, columns: schema });
  sourceOf(facts).assertExpected(request.expect);
  if (placement.set !== undefined) {
    assertSameKind(
      { output, facts, columns: schema },
      placement.set,
      refusedUnlike(location, request.place.mode),
    );
  }
  return { ...bound, ...placement, facts };
}
