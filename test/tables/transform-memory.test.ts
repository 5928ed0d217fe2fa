import { expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { patience } from '#support/patience.ts';
import { askedTable } from '#support/tables/asked-table.ts';
import { planned } from '#support/tables/convert-table.ts';

const CSV = `id\n${Array.from({ length: 1000 }, (_, id) => `${id}\n`).join('')}`;

it('transform.sql needs no more memory than there is', { timeout: patience(60_000) }, async () => {
  const sql = 'select list_transform(range(3000000), lambda n: concat(id, n)) l from input';
  const store = memoryObjectStore({ 's3://b/a.csv': Buffer.from(CSV) });
  const table = askedTable({ schema: { id: 'integer' }, sql });
  const error = await planned(table, store).catch((each: unknown) => each);
  expect(error).toBeInstanceOf(BoundExceededError);
  expect(String(error)).toContain('transform.sql needs more memory than a writer has');
});
