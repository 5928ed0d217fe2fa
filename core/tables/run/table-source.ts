import { ExpectationError } from '#core/errors.ts';
import type { TableFacts } from './table-facts.ts';

/** A table as a run sees any source, see `SourceView`. Its writers count the rows. */
export function tableSource(facts: TableFacts) {
  const { format, columns, schema, objects, bytes } = facts;
  return {
    rows: undefined,
    counts: undefined,
    common: { 'the number of columns': columns, 'the digest of the schema': schema },
    identity: { format, objects, bytes, columns, 'digest of the schema': schema },
    after: (before: TableFacts): TableFacts => ({
      ...facts,
      objects: before.objects + objects,
      bytes: before.bytes + bytes,
    }),
    assertExpected: (expect: { readonly columns?: number | undefined }) => {
      if (expect.columns === undefined || expect.columns === columns) return;
      throw new ExpectationError([
        `expect.columns is ${expect.columns}, but the schema has ${columns}`,
      ]);
    },
  };
}
