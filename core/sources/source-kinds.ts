import * as z from 'zod/mini';
import type { Expectations } from '#core/sparse/expectations.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';
import { matrixSource } from '#core/sparse/matrix-source.ts';
import { tableFacts } from '#core/tables/run/table-facts.ts';
import { tableSource } from '#core/tables/run/table-source.ts';

/** What is known of a source from its headers, tagged with its kind. */
export const sourceFacts = z.discriminatedUnion('kind', [matrixFacts, tableFacts]);

export type SourceFacts = Readonly<z.infer<typeof sourceFacts>>;

/** What a kind of source counts per chunk besides its rows, by name. */
export type Counts = Readonly<Record<string, number>>;

/** A source as a run sees it, whatever its kind. */
export interface SourceView {
  /** Undefined where the writers count them. */
  readonly rows: number | undefined;
  /** Sums over all its chunks; undefined where the writers count. */
  readonly counts: Counts | undefined;
  /** What all batches of one output must have in common, named as in messages. */
  readonly common: Readonly<Record<string, unknown>>;
  /** What differs when a source is another one, named as in messages. */
  readonly identity: Readonly<Record<string, unknown>>;
  /**
   * Facts of the rows of `before` followed by this source's rows. Both have the same kind and
   * `common`.
   */
  after(before: SourceFacts): SourceFacts;
  /** @throws {ExpectationError} the source is not what its request expects. */
  assertExpected(expect: Expectations): void;
}

/**
 * How a run sees the source that has these facts.
 *
 * @example
 * const { rows, counts } = sourceOf(run.facts);
 * console.log(rows ?? 'not counted yet', Object.keys(counts ?? {}));
 * sourceOf(run.facts).assertExpected({ rows: 1000 }); // throws if there are more or fewer
 */
export function sourceOf(facts: SourceFacts): SourceView {
  switch (facts.kind) {
    case 'matrix':
      return matrixSource(facts);
    case 'table':
      return tableSource(facts);
  }
}
