import type { FunctionModules } from '@sparse-fanout/engine';
import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { ManifestError, SourceChangedError } from '#core/errors.ts';
import type { Generation } from '#core/manifest/manifest.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import type { AskedTableSource, TableSourceFormat } from '#core/tables/run/asked-table.ts';
import { listTable, tablePin } from '#core/tables/run/list-table.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import type { TableFacts } from '#core/tables/run/table-facts.ts';
import { type KeptLayout, type TableLayout, tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { lookAtFirst } from '#tables/first-look.ts';

/** A generation of a table, and what its manifest says of reading its source. */
interface TableGeneration extends Generation {
  readonly facts: TableFacts & { readonly format: TableSourceFormat };
  readonly read: KeptLayout;
}

/** Why a source is not that of a generation. */
type OtherSource = ManifestError | SourceChangedError;

/** A generation with its objects, opened. */
export interface OpenedTable {
  readonly generation: TableGeneration;
  readonly objects: ObjectList;
  readonly layout: TableLayout;
  readonly file: TableSpec['file'];
  readonly companions: TableSpec['companions'];
  readonly store: ObjectStore;
  /** Functions that a transform may call. */
  readonly functions: FunctionModules;
}

/** @throws {ManifestError} the generation cannot be made again by this program. */
function readable(generation: Generation): TableGeneration {
  const { facts, read } = generation;
  if (facts.kind !== 'table' || read === undefined) {
    throw new ManifestError(
      'the manifest does not say how the source was read; export the source again',
    );
  }
  if (facts.engine !== engineVersion()) {
    throw new ManifestError(
      `the files were written by ${facts.engine}, this program has ${engineVersion()}, which may write other bytes; use the program that wrote them`,
    );
  }
  const { format } = facts;
  if (format === 'postgres') {
    throw new ManifestError(
      'the source is a table of a database, which may have other rows by now, so that files cannot be made again; without --source their checksums are proved',
    );
  }
  if (read.keysWhole !== undefined) {
    throw new ManifestError(
      'the files have keys whole (chunking.keysWhole), whose rows come from all of the source, so that single files cannot be made again; without --source their checksums are proved, and --expect compares all rows with a table',
    );
  }
  return { ...generation, facts: { ...facts, format }, read };
}

function sourceOf(
  uris: readonly string[],
  { source, facts, read }: TableGeneration,
): AskedTableSource {
  const versionId = source.uri === uris[0] ? source.versionId : null;
  const { compression, csv = csvFormatSection.parse({}), byName } = read;
  return {
    uris,
    ...(versionId !== null && { versionId }),
    format: facts.format,
    ...(compression !== undefined && { compression }),
    csv,
    byName,
  };
}

/** What is wrong with objects as those of a generation; undefined if nothing is. */
async function problemOf(
  { source: pinned, facts }: TableGeneration,
  asked: AskedTableSource,
  objects: ObjectList,
): Promise<OtherSource | undefined> {
  const pin = await tablePin(asked, objects);
  if (pin.uri === pinned.uri && pin.etag !== pinned.etag) {
    return new SourceChangedError(
      `${pin.uri} was changed since it was exported (version ${pinned.etag}, now ${pin.etag}); restore it, or give a copy of what it was`,
    );
  }
  const { count, totalBytes } = objects;
  if (count === facts.objects && totalBytes === facts.bytes) return undefined;
  return new ManifestError(
    `the source has ${count} objects of ${totalBytes} bytes, the manifest says ${facts.objects} of ${facts.bytes} bytes`,
  );
}

async function layoutOf(
  asked: AskedTableSource,
  { generation, objects, store }: Omit<OpenedTable, 'layout'>,
  columns: TableLayout['schema'],
): Promise<TableLayout> {
  const { read } = generation;
  const { transform } = read;
  const losing = new Set(read.lossy);
  const own = columns.map(({ name, type }) => ({ name, type, lossy: losing.has(name) }));
  const schema = tableSchema.parse(transform?.schema ?? own);
  const request = { source: asked, schema, columns: read.columns, onBadRow: read.onBadRow };
  const seen = await lookAtFirst(request, objects, store);
  const made = transform && { transform: { ...transform, schema: [...columns] } };
  return { ...tableLayoutOf(request, { ...seen, ...made }), rowGroupRows: read.rowGroupRows };
}

/** What a generation is opened with. */
export interface GivenTable {
  /** Of the source that may be its own. */
  readonly uris: readonly string[];
  readonly store: ObjectStore;
  readonly file: TableSpec['file'];
  /** That the generation was asked for. */
  readonly companions: TableSpec['companions'];
  /** Functions that a transform may call. */
  readonly functions: FunctionModules;
  /** Of the output. */
  readonly columns: TableLayout['schema'];
}

/**
 * Opens a source as that of a generation: pins its objects, and looks at the first one.
 *
 * @returns an error if it is another one: of another size, or changed where it lies.
 * @throws {ManifestError} the generation cannot be made again by this program.
 */
export async function openTableGeneration(
  written: Generation,
  { uris, columns, ...given }: GivenTable,
): Promise<OpenedTable | OtherSource> {
  const generation = readable(written);
  const asked = sourceOf(uris, generation);
  const objects = await listTable(asked, given.store);
  const problem = await problemOf(generation, asked, objects);
  if (problem !== undefined) return problem;
  const opened = { generation, objects, ...given };
  return { ...opened, layout: await layoutOf(asked, opened, columns) };
}
