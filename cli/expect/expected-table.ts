import { ExpectationError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { sampleJsonl } from '#core/tables/infer/sample-text.ts';
import { listTable } from '#core/tables/run/list-table.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { lookAtFirst } from '#tables/first-look.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { isEmptyText, openObject, saidBy } from '#tables/open-object.ts';

/** Text in which the first line is looked for. */
const LINE_BYTES = 64 * 1024;

/** The keys of the first line of JSON lines; none where it cannot be read, as the rows then say. */
async function firstKeys({ layout, objects, store }: OpenTable): Promise<readonly string[]> {
  const said = saidBy(layout);
  const full = objects.pins(0, objects.count).find((pin) => !isEmptyText(pin, said));
  const opened = full && (await openObject(store.open(full), said));
  if (opened?.format !== 'jsonl') return [];
  const { source, compression } = opened;
  const sample = await sampleJsonl(
    { source, compression, start: 0 },
    { at: 0, length: LINE_BYTES },
  );
  const lines = new TextDecoder().decode(sample?.raw).split('\n');
  const first = lines.find((line) => line.trim() !== '');
  return first === undefined ? [] : Object.keys(JSON.parse(first) as object);
}

const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');

/** @throws {ExpectationError} naming every column that only one of both has. */
function assertSameColumns(uri: string, names: readonly string[], schema: TableSchema): void {
  const own = schema.map(({ name }) => name);
  const lacking = own.filter((name) => !names.includes(name));
  const more = names.filter((name) => !own.includes(name));
  const problems = [
    ...(lacking.length > 0 ? [`the output has ${quoted(lacking)}, which ${uri} has not`] : []),
    ...(more.length > 0 ? [`${uri} has ${quoted(more)}, which the output has not`] : []),
  ];
  if (problems.length > 0) throw new ExpectationError(problems);
}

/**
 * Opens the table that an output is expected to be, to be read with the columns of the output: CSV
 * with a header and commas, JSON lines or Parquet.
 *
 * @throws {ExpectationError} it has other columns.
 * @throws {FanoutError} it cannot be read.
 */
export async function openExpected(
  uri: string,
  schema: TableSchema,
  store: ObjectStore,
): Promise<OpenTable> {
  const source = { uris: [uri], csv: csvFormatSection.parse({}), byName: false };
  const asked = { source, schema, columns: {}, onBadRow: 'fail' } as const;
  const objects = await listTable(source, store);
  const seen = await lookAtFirst(asked, objects, store);
  const table = { layout: tableLayoutOf(asked, seen), objects, store };
  // A key that a line does not have is NULL.
  const names = seen.first?.names ?? [
    ...schema.map(({ name }) => name),
    ...(await firstKeys(table)),
  ];
  assertSameColumns(uri, names, schema);
  return table;
}
