import { memorySource } from '#core/bytes/memory-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { type InferOptions, inferTable } from '#core/tables/infer/infer-table.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';

/** Objects in memory by their names: texts, or bytes. */
export type Objects = Readonly<Record<string, string | Uint8Array>>;

/** The objects as a table, in their order. */
function tableOf(objects: Objects) {
  const sources = new Map(
    Object.entries(objects).map(([uri, content]) => [
      uri,
      memorySource(typeof content === 'string' ? Buffer.from(content) : content, uri),
    ]),
  );
  const store: ObjectStore = {
    pin: () => Promise.reject(new Error('not listed')),
    async *list() {},
    open: ({ uri }) => sources.get(uri)!,
  };
  const pins = [...sources.values()].map(({ uri, size, etag }) => {
    return { uri, size, etag, versionId: null };
  });
  return { pins, store };
}

type Given = Partial<Omit<InferOptions, 'csv'>> & { readonly nullText?: string[] };

/** Looks at objects, by default without any wish. */
export function infer(objects: Objects, options: Given = {}): Promise<InferredTable> {
  const { nullText, ...others } = options;
  const csv = csvFormatSection.parse({ ...(nullText && { nullText }) });
  const wishes = { said: {}, asked: {}, byName: false, widen: false };
  return inferTable(tableOf(objects), { csv, ...wishes, ...others });
}

/** Names and types of the columns. */
export function typesOf({ columns }: InferredTable): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, typeSql(type)]));
}
