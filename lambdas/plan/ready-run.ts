import { assertSameKind } from '#core/manifest/generations.ts';
import { type Placement, refusedUnlike } from '#core/manifest/place-run.ts';
import type { BoundRun } from '#core/run/bind-run.ts';
import type { NamedLayout } from '#core/sources/column-names.ts';
import { factsOf, type SourceLayout } from '#core/sources/open-source.ts';
import { sourceOf } from '#core/sources/source-kinds.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import type { Names } from '#core/sparse/names.ts';

/** A run whose source can be read by rows, and whose base is known. */
export interface ReadyRun extends BoundRun, Placement {
  readonly layout: SourceLayout;
  readonly facts: MatrixFacts;
  /** Undefined where the columns have none. */
  readonly columnNames: Names | undefined;
}

/**
 * Puts together what is known of a run, once its source is resolved.
 *
 * @throws {ExpectationError} the source is not what the request expects.
 * @throws {OutputConflictError} its rows do not fit those that they come after.
 */
export function readyRun(bound: BoundRun, placement: Placement, named: NamedLayout): ReadyRun {
  const { layout, columnNames } = named;
  const facts = factsOf(layout);
  const { request, location } = bound;
  sourceOf(facts).assertExpected(request.expect);
  if (placement.set !== undefined) {
    const batch = { output: request.output.spec, facts };
    assertSameKind(batch, placement.set, refusedUnlike(location, request.output.mode));
  }
  return { ...bound, ...placement, layout, facts, columnNames };
}
