import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkedRowsSql,
  fileRowsSql,
  OTHER_PARTITION,
  printedSql,
} from '#core/tables/partition/partition-sql.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { openScratch, type Scratch } from '#test/core/tables/schema/support/scratch.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch();
});
afterAll(() => scratch.close());

const SCHEMA = tableSchema.parse({ id: 'int', day: 'date', text: 'text' });
const [ID, DAY, TEXT] = SCHEMA;

describe('printedSql', () => {
  it('prints the values of texts as SQL does', async () => {
    const printed = async (column: typeof ID, texts: readonly string[]) =>
      (await scratch.rows(printedSql(column!, texts))).map(({ printed: each }) => each);
    expect(await printed(DAY, ['2026-11-29', '2026/1/2'])).toEqual(['2026-11-29', '2026-01-02']);
    expect(await printed(ID, ['007', '1e2'])).toEqual(['7', '100']);
    expect(await printed(TEXT, ["it's", '007'])).toEqual(["it's", '007']);
    await expect(printed(DAY, ['2026-11-29', 'monday'])).rejects.toThrow('monday');
  });
});

describe('rows of one partition', () => {
  const rows = `SELECT * FROM (VALUES (1, DATE '2026-11-29', 'a''b'), (2, NULL, 'c')) t(id, day, text)`;
  const inPartition = (day: string | null, text: string) => {
    const partition = { columns: ['day', 'text'], values: [day, text] };
    return (where: string) => checkedRowsSql(`SELECT * FROM (${rows}) WHERE ${where}`, partition);
  };

  it('are given where all are of it, without its columns', async () => {
    const sql = inPartition('2026-11-29', "a'b")('id = 1');
    const kept = fileRowsSql(sql, SCHEMA, { columns: ['day', 'text'] });
    expect(await scratch.rows(kept)).toEqual([{ id: 1 }]);
    expect(await scratch.rows(inPartition(null, 'c')('id = 2'))).toHaveLength(1);
  });

  it('fail where one is not, which is named', async () => {
    const second = inPartition('2026-11-29', "a'b")('true');
    await expect(scratch.rows(second)).rejects.toThrow(`${OTHER_PARTITION}NULL, c`);
    const first = inPartition(null, 'c')('true');
    await expect(scratch.rows(first)).rejects.toThrow(`${OTHER_PARTITION}2026-11-29, a'b`);
  });
});
